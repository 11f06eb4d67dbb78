import Pretrained
import Tensors

extension PretrainedTask {
  /// BLIP: a caption, with four beams.
  static func blipCaptioning(_ inputs: Inputs) throws -> PretrainedTask {
    let (blip, pixels) = (try BLIPCaptioning(directory: inputs.directory), try inputs.pixelValues())
    show(blip.loadReport)
    let (pictures, options) = (inputs.pictures, try blip.options(beams: 4, maximumLength: 16))
    let start = try blip.model.prompt()
    return PretrainedTask(
      model: { _ = try blip.model.generate(pixels, options) },
      whole: {
        let captions = try blip.captions(of: pictures, options).map { $0[0] }
        return Result(ids: captions.first?.ids, scores: captions.map(\.score), answers: captions.map(\.text))
      },
      logits: { noGrad { blip.model(pixels, captions: IntTensor([start])) }.scalars },
      save: blip.model.save)
  }

  /// BLIP: the answer to a question in words of its own.
  static func blipAnswering(_ inputs: Inputs) throws -> PretrainedTask {
    let (blip, pixels) = (try BLIPQuestionAnswering(directory: inputs.directory), try inputs.pixelValues())
    show(blip.loadReport)
    let (pictures, texts, options) = (inputs.pictures, inputs.texts, try blip.options())
    let questions = texts.map { blip.tokenizer.encode($0).ids }
    func generate() throws -> [[GeneratedText]] {
      try blip.model.generate(images: noGrad { blip.model.visionModel(pixels) }, questions: questions, options)
    }
    return PretrainedTask(
      model: { _ = try generate() },
      whole: {
        let answers = try blip.answers(about: pictures, to: texts, options).map { $0[0] }
        return Result(ids: answers.first?.ids, answers: answers.map(\.text))
      },
      logits: {
        let start = IntTensor([try generate()[0][0].prompt])
        return noGrad { blip.model(pixels, questions: IntTensor(questions), answers: start) }.scalars
      },
      save: blip.model.save)
  }
}
