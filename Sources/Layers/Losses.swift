import Support
import Tensors

/// Cross-entropy of class scores against labels: `nn.functional.cross_entropy` with the mean over the examples.
///
/// - Parameters:
///   - logits: `[N, C]`, unnormalized.
///   - labels: `[N]`, each of 0 to C - 1.
///   - labelSmoothing: the share of each target that is spread evenly over all classes (Szegedy et al. 2016); from 0 to 1.
///   - ignoreIndex: examples with this label do not count.
/// - Returns: a single number; ln C for scores that say nothing. NaN, as in PyTorch, if no example counts: there are none,
///   or all labels are `ignoreIndex`. The gradient is zero then.
public func crossEntropy(
  _ logits: Tensor, _ labels: IntTensor, labelSmoothing: Float = 0, ignoreIndex: Int = -100
) -> Tensor {
  guard logits.rank == 2, labels.shape == [logits.shape[0]] else {
    reportMisuse("crossEntropy", "logits \(logits.shape) ([N, C]) and labels \(labels.shape) ([N]) do not fit")
  }
  if !(labelSmoothing >= 0 && labelSmoothing <= 1) {
    reportMisuse("crossEntropy", "label smoothing is from 0 to 1, not \(labelSmoothing)")
  }
  let classes = logits.shape[1]
  for label in labels.scalars where label != ignoreIndex && (label < 0 || label >= classes) {
    reportMisuse("crossEntropy", "label \(label) is not one of \(classes) classes (logits \(logits.shape))")
  }
  let counted = labels.scalars.indices.filter { labels.scalars[$0] != ignoreIndex }
  let logProbabilities = (counted.count == labels.count ? logits : logits.indexSelect(counted)).logSoftmax(dim: 1)
  let targets = IntTensor(counted.map { labels.scalars[$0] }, shape: [counted.count, 1])
  let loss = -logProbabilities.gather(dim: 1, targets).mean()
  if labelSmoothing == 0 { return loss }
  return loss * (1 - labelSmoothing) - logProbabilities.mean() * labelSmoothing
}

/// Cross-entropy of a yes-or-no score against a probability: `nn.functional.binary_cross_entropy_with_logits`.
///
/// - Parameters:
///   - logits: unnormalized scores of any shape.
///   - targets: probabilities of the same shape.
/// - Returns: the mean over everything; NaN, as in PyTorch, where there is nothing.
public func binaryCrossEntropyWithLogits(_ logits: Tensor, _ targets: Tensor) -> Tensor {
  if logits.shape != targets.shape {
    reportMisuse("binaryCrossEntropyWithLogits", "logits \(logits.shape) and targets \(targets.shape) differ in shape")
  }
  return ((1 - targets) * logits - logits.logSigmoid()).mean()
}

/// The mean squared difference: `nn.functional.mse_loss`. NaN, as in PyTorch, where there is nothing.
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  if prediction.shape != target.shape {
    reportMisuse("meanSquaredError", "prediction \(prediction.shape) and target \(target.shape) differ in shape")
  }
  let difference = prediction - target
  return (difference * difference).mean()
}
