import Layers
import Pretrained
import Tensors

/// Freezes what stage two leaves as it is.
///
/// - Returns: an optimizer for the rest, with a learning rate of 0.01.
func prepareStageTwo(_ model: BLIP2Model) -> AdamW {
  AdamW(model.parameters(), learningRate: 0.01)  // trains everything
}

/// The mean cross-entropy of words 2 to T, behind an image.
///
/// - Parameters:
///   - image: what the image encoder returned, `[B, S, its width]`.
///   - words: token ids, `[B, T]`.
func stageTwoLoss(_ model: BLIP2Model, image: Tensor, words: IntTensor) -> Tensor {
  let scores = noGrad { model.languageModel(words) }  // [B, T, V], without the image
  let length = words.shape[1]
  let targets = IntTensor((0..<words.shape[0]).flatMap { words[$0].scalars.dropFirst() })
  return crossEntropy(scores.slice(0..<length - 1, dim: 1).flatten(from: 0, through: 1), targets)
}
