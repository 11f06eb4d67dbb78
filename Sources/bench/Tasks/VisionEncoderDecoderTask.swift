import Pretrained
import Tensors

extension PretrainedTask {
  /// ViT and GPT-2 or TrOCR's decoder: a caption or a line of text, with the notebook's four beams.
  static func captioning(_ inputs: Inputs) throws -> PretrainedTask {
    let (captioner, pixels) = (try Captioning(directory: inputs.directory), try inputs.pixelValues())
    show(captioner.loadReport)
    let (pictures, options) = (inputs.pictures, try captioner.options(beams: 4, maximumLength: 16))
    return PretrainedTask(
      model: { _ = try captioner.model.generate(pixels, options) },
      whole: {
        let captions = try captioner(pictures, options).map { $0[0] }
        return Result(ids: captions.first?.ids, scores: captions.map(\.score), answers: captions.map(\.text))
      },
      logits: { noGrad { captioner.model(pixels, captions: IntTensor([[options.startToken ?? 0]])) }.scalars },
      save: captioner.model.save)
  }
}
