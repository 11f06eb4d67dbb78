import Datasets
import Evaluation
import Layers
import Models
import Tensors

/// Steps of each training: 20 epochs of 22 batches.
let stepCount = 440

/// The last step of each epoch.
let epochEnds = Array(stride(from: 22, through: stepCount, by: 22))

/// What a training leaves: the model, how its scores are computed, the loss of every step, and checks on held-out digits
/// on the way.
struct TrainingRun {
  let model: VisionTransformer
  /// From a model and images to scores, `[B, classes]`.
  let forward: (VisionTransformer, Tensor) -> Tensor
  var losses: [Float] = []
  var checks: [(step: Int, loss: Float, accuracy: Double)] = []

  /// The mean loss of each epoch, 22 batches.
  var epochLosses: [Double] {
    epochEnds.map { end in mean(losses[end - 22..<end].map(Double.init)) }
  }

  /// Notes loss and accuracy on held-out digits, between two steps of training.
  mutating func check(_ heldOut: Digits) {
    model.eval()
    let scores = scores(heldOut.images)
    model.train()
    let loss = crossEntropy(scores, IntTensor(heldOut.labels)).item
    checks.append((losses.count, loss, heldOut.accuracy(of: scores.argmax(dim: 1).scalars)))
  }

  /// Scores of images, without a record for gradients.
  func scores(_ images: Tensor) -> Tensor { noGrad { forward(model, images) } }

  /// The share of digits whose highest score is that of the right class.
  func accuracy(on digits: Digits) -> Double {
    digits.accuracy(of: scores(digits.images).argmax(dim: 1).scalars)
  }

  /// The first step, counted from 1, whose loss is below a limit.
  func firstStep(below limit: Float) -> Int? { losses.firstIndex { $0 < limit }.map { $0 + 1 } }
}
