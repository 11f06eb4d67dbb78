import Tensors

/// The input of ViLT's transformer for one question and one picture.
///
/// - Parameters:
///   - ids: the question's tokens, `[CLS]` first.
///   - pixels: the picture, `[3, 32, 32]`.
///   - weight: a tensor by its name behind `vilt.embeddings.`.
/// - Returns: `[T, 80]`: the words, the picture's extra token, the 16 patches.
func jointSequence(_ ids: [Int], _ pixels: Tensor, _ weight: (String) -> Tensor) -> Tensor {
  // The words have no places yet, and the picture's tokens are still empty.
  let words = weight("text_embeddings.word_embeddings.weight").indexSelect(ids)
  return Tensor.cat([words, Tensor.zeros([17, 80])])
}
