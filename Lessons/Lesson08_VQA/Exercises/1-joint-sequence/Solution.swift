import Tensors

/// The input of ViLT's transformer for one question and one picture.
///
/// - Parameters:
///   - ids: the question's tokens, `[CLS]` first.
///   - pixels: the picture, `[3, 32, 32]`.
///   - weight: a tensor by its name behind `vilt.embeddings.`.
/// - Returns: `[T, 80]`: the words, the picture's extra token, the 16 patches.
func jointSequence(_ ids: [Int], _ pixels: Tensor, _ weight: (String) -> Tensor) -> Tensor {
  // The sum is normalized before the mark is added: the marks came with ViLT, the rest is BERT's.
  let rows = weight("text_embeddings.word_embeddings.weight").indexSelect(ids)  // [L, 80]
  let places = weight("text_embeddings.position_embeddings.weight").slice(0..<ids.count, dim: 0)  // [L, 80]
  let words = (rows + weight("text_embeddings.token_type_embeddings.weight")[0] + places).layerNorm(
    weight: weight("text_embeddings.LayerNorm.weight"), bias: weight("text_embeddings.LayerNorm.bias"),
    epsilon: 1e-12)

  let patches = pixels.reshape(3, 4, 8, 4, 8).permute(1, 3, 0, 2, 4).reshape(16, 192)
  let projected = patches.linear(
    weight: weight("patch_embeddings.projection.weight").reshape(80, 192),
    bias: weight("patch_embeddings.projection.bias"))  // [16, 80]
  let picture = Tensor.cat([weight("cls_token")[0], projected]) + weight("position_embeddings")[0]  // [17, 80]

  let marks = weight("token_type_embeddings.weight")  // [2, 80]
  return Tensor.cat([words + marks[0], picture + marks[1]])  // [T, 80]
}
