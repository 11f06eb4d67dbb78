import Checkpoints
import Datasets
import Layers
import Models
import Notebook
import Tensors
import Training

/// A digest of all numbers of a module's parameters: two are equal only if every bit is.
func digest(_ module: Module) -> String {
  var hash = SHA256()
  for (_, parameter) in module.namedParameters() {
    parameter.scalars.withUnsafeBytes { hash.update($0) }
  }
  return String(hash.hexadecimal.prefix(16))
}

/// A few steps of training with the course's own loop, always on the same scenes.
///
/// - Returns: the loss of each step.
@discardableResult
func train(
  _ module: Module, _ name: String, steps: Int, seed: Int, _ loss: ([Scene]) throws -> Tensor
) throws -> [Float] {
  let bar = progress(name, total: steps)
  var plan = TrainingPlan(name: name, steps: steps, batchSize: 32, learningRate: 2e-3, warmupSteps: steps / 10)
  plan.seed = seed
  let scenes = Scenes(split: .training, seed: seed)
  var losses: [Float] = []
  try withGenerator(Generator(seed: seed)) {
    try TrainingLoop(plan, model: module).run(onStep: { _, loss in
      losses.append(loss)
      bar.advance(note: "loss \(Format.fixed(loss, decimals: 3))")
    }) { step in
      try loss((step * plan.batchSize..<(step + 1) * plan.batchSize).map { scenes[$0] })
    }
  }
  bar.finish()
  return losses
}
