import Pretrained
import Tensors

extension PretrainedTask {
  /// ViT: the likeliest class of each picture.
  static func classifying(_ inputs: Inputs) throws -> PretrainedTask {
    let (classifier, pixels) = (
      try ImageClassification(directory: inputs.directory), try inputs.pixelValues()
    )
    show(classifier.loadReport)
    let pictures = inputs.pictures
    return PretrainedTask(
      model: { _ = noGrad { classifier.model(pixels) } },
      whole: {
        let best = try classifier(pictures).best(1).map { $0[0] }
        return Result(scores: best.map(\.probability), answers: best.map(\.label))
      },
      logits: { noGrad { classifier.model(pixels) }.scalars },
      save: classifier.model.save)
  }
}
