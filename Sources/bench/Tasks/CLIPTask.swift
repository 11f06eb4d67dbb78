import Pretrained
import Tensors

extension PretrainedTask {
  /// CLIP: which of the texts fits the picture.
  static func zeroShot(_ inputs: Inputs) throws -> PretrainedTask {
    let (clip, pixels, texts) = (try ZeroShot(directory: inputs.directory), try inputs.pixelValues(), inputs.texts)
    show(clip.loadReport)
    let (pictures, (ids, mask)) = (inputs.pictures, try inputs.tokens(clip.tokenizer))
    return PretrainedTask(
      model: { _ = noGrad { clip.model(pixels, ids, attentionMask: mask) } },
      whole: {
        let probabilities = try clip(images: pictures, texts: texts).probabilities
        return Result(
          scores: probabilities.scalars, answers: probabilities.argmax(dim: -1).scalars.map { texts[$0] })
      },
      logits: { try clip(images: pictures, texts: texts).logitsPerImage.scalars },
      save: clip.model.save)
  }
}
