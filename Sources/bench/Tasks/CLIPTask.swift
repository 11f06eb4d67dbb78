import Pretrained
import Tensors

extension PretrainedTask {
  /// CLIP and SigLIP: which of the texts fits the picture.
  static func zeroShot(_ inputs: Inputs) throws -> PretrainedTask {
    let (clip, pictures, texts) = (try ZeroShot(directory: inputs.directory), inputs.pictures, inputs.texts)
    show(clip.loadReport)
    let (pixels, (ids, mask)) = (try clip.pixelValues(of: pictures), try clip.tokens(of: texts))
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
