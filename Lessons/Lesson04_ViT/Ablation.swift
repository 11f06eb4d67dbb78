import ArgumentParser
import Models
import Notebook

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: ClassificationFlags
  @Option(help: "The trained model that section 4.9 looks into.") var ablation = Ablation.none
}

/// What is taken away from the model that is trained on digits, or changed in it.
nonisolated enum Ablation: String, ExpressibleByArgument, CaseIterable {
  case none
  case noPositions = "no-positions"
  case meanPooling = "mean-pooling"
  case preNorm = "pre-norm"
  case oneHead = "one-head"
  case patch4 = "patch-4"

  /// A small ViT for images of 8 × 8 pixels and ten classes, but for what this case changes.
  var configuration: VisionTransformer.Configuration {
    .init(
      imageSize: 8, patchSize: self == .patch4 ? 4 : 2, channels: 1, classCount: 10, embedDim: 32, depth: 2,
      headCount: self == .oneHead ? 1 : 4, dropout: 0, normFirst: self == .preNorm,
      hasPositions: self != .noPositions, pooling: self == .meanPooling ? .mean : .classToken)
  }

  /// How many parameters have a part in the answer; a model without positions keeps them and does not
  /// use them.
  func usedParameterCount(of model: VisionTransformer) -> Int {
    model.parameterCount - (self == .noPositions ? model.posEmbed.count : 0)
  }
}
