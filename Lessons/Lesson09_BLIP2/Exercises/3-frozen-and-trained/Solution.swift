import Layers
import Pretrained
import Tensors

/// Freezes what stage two leaves as it is.
///
/// - Returns: an optimizer for the rest, with a learning rate of 0.01.
func prepareStageTwo(_ model: BLIP2Model) -> AdamW {
  model.visionModel.setFrozen()
  model.languageModel.setFrozen()
  // Only what is trained: for each of its numbers AdamW holds two more.
  return AdamW(model.parameters().filter(\.requiresGrad), learningRate: 0.01)
}

/// The mean cross-entropy of words 2 to T, behind an image.
///
/// - Parameters:
///   - image: what the image encoder returned, `[B, S, its width]`.
///   - words: token ids, `[B, T]`.
func stageTwoLoss(_ model: BLIP2Model, image: Tensor, words: IntTensor) -> Tensor {
  let prefix = model.imageTokens(encoded: image)  // [B, Q, D]
  let sequence = Tensor.cat([prefix, model.languageModel.embed(words)], dim: 1)  // [B, Q + T, D]
  // Not within noGrad: the gradient has to pass through the language model to reach the prefix.
  let scores = model.languageModel.logits(sequence)  // [B, Q + T, V]
  let (first, length) = (prefix.shape[1], words.shape[1])
  let targets = IntTensor((0..<words.shape[0]).flatMap { words[$0].scalars.dropFirst() })
  return crossEntropy(scores.slice(first..<first + length - 1, dim: 1).flatten(from: 0, through: 1), targets)
}
