import Evaluation
import Models

/// What a training leaves: the model, the loss of every step, and checks on held-out digits on the way.
struct TrainingRun {
  let model: VisionTransformer
  var losses: [Float] = []
  var checks: [(step: Int, loss: Float, accuracy: Double)] = []

  /// The mean loss of each epoch, 22 batches.
  var epochLosses: [Double] {
    epochEnds.map { end in mean(losses[end - 22..<end].map(Double.init)) }
  }
}

/// The last step of each epoch.
let epochEnds = Array(stride(from: 22, through: 660, by: 22))
