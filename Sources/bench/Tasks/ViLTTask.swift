import Pretrained
import Tensors

extension PretrainedTask {
  /// ViLT: the answer to a question.
  static func answering(_ inputs: Inputs) throws -> PretrainedTask {
    let (vilt, pixels) = (try QuestionAnswering(directory: inputs.directory), try inputs.pixelValuesOfPairs())
    show(vilt.loadReport)
    let (pictures, texts) = (inputs.pairs.map(\.picture), inputs.texts)
    let (ids, mask) = try inputs.tokens(vilt.tokenizer)
    return PretrainedTask(
      model: { _ = noGrad { vilt.model(ids, attentionMask: mask, pixels) } },
      whole: { Result(answers: vilt.answers(try vilt(images: pictures, questions: texts))) },
      logits: { try vilt(images: pictures, questions: texts).scalars },
      save: vilt.model.save)
  }
}
