import Datasets
import Layers
import Notebook
import Pretrained
import Support
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

/// A row of a table: the digests of a part before and after.
func digestRow(_ name: String, _ before: String, _ after: String) -> [Cell] {
  [.text(name), .text(before), .text(after), .text(before == after ? "yes" : "no")]
}

/// The model of a directory with the initial values of another in queries, Q-Former and projection; the rest is frozen.
///
/// - Parameter fresh: a model with initial values.
func withUntrainedBridge(_ directory: String, _ fresh: BLIP2Model) throws -> BLIP2Model {
  let model = try BLIP2Model(checkpoint: directory, memory: .trainable)
  model.queryTokens.assign(fresh.queryTokens)
  model.qformer.copyParameters(from: fresh.qformer)
  model.languageProjection.copyParameters(from: fresh.languageProjection)
  model.visionModel.setFrozen()
  model.languageModel.setFrozen()
  return model
}

/// The three losses of stage one on scenes, with the same hard negatives each time.
func losses(
  _ objectives: BLIP2Objectives, _ pretraining: QFormerPretraining, _ scenes: [Scene]
) throws -> [Float] {
  let all = try withGenerator(Generator(seed: 0)) { try noGrad { try objectives.stageOne(scenes, pretraining) } }
  return [all.contrastive.item, all.matching.item, all.generation.item]
}

/// The same of a model that guesses: among so many pairs; knowing that one pair of three is right; among all tokens.
func chances(pairs: Int, vocabulary: Int) -> [Float] {
  let odds = Tensor([1.0 / 3, 2.0 / 3])
  let entropy = -(odds * odds.log()).sum().item
  return [Tensor(Float(pairs)).log().item, entropy, Tensor(Float(vocabulary)).log().item]
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
