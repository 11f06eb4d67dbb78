import Checkpoints
import Foundation
import Images
import Layers
import Pretrained
import Tensors
import Tokenizers

extension PretrainedTask {
  /// Reads a model of any kind that is known.
  ///
  /// - Throws: an error in one line for files that are missing or damaged, and for models without a task.
  static func load(_ path: String, image: String, texts: [String]) throws -> PretrainedTask {
    let directory = try ModelDirectory(path)
    let file = try ImageFile(contentsOf: image)
    switch directory.configuration {
    case is CLIPConfiguration: return try zeroShot(directory, file, texts)
    case is VisionEncoderDecoderConfiguration: return try captioning(directory, file)
    case is ViLTConfiguration: return try answering(directory, file, texts)
    case is BLIP2Configuration: return try prompting(directory, file, texts)
    default:
      throw BenchError(description: "\(path): there is no task for a \(directory.configuration.modelType) alone")
    }
  }

  /// Tells on standard error what of a checkpoint is not used.
  private static func show(_ report: LoadReport) {
    guard let summary = report.summary else { return }
    FileHandle.standardError.write(Data("bench: \(summary)\n".utf8))
  }

  /// CLIP: which of the texts fits the picture.
  private static func zeroShot(_ directory: ModelDirectory, _ file: ImageFile, _ texts: [String]) throws
    -> PretrainedTask
  {
    let clip = try CLIPModel(directory, onReport: show)
    let processor = try ImageProcessor(directory: directory.path)
    let tokenizer = try loadTokenizer(directory: directory.path)
    func inputs() throws -> (pixels: Tensor, ids: IntTensor, mask: IntTensor) {
      let encodings = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
      return (
        try processor([file]).pixelValues, IntTensor(encodings.map(\.ids)), IntTensor(encodings.map(\.attentionMask))
      )
    }
    let prepared = try inputs()
    return PretrainedTask(
      model: { _ = noGrad { clip(prepared.pixels, prepared.ids, attentionMask: prepared.mask) } },
      whole: {
        let (pixels, ids, mask) = try inputs()
        let probabilities = noGrad { clip(pixels, ids, attentionMask: mask).softmax(dim: -1) }
        return Result(
          scores: probabilities.scalars, answers: probabilities.argmax(dim: -1).scalars.map { texts[$0] })
      },
      logits: { noGrad { clip(prepared.pixels, prepared.ids, attentionMask: prepared.mask) }.scalars },
      save: clip.save)
  }

  /// ViT and GPT-2: a caption, with the notebook's four beams.
  private static func captioning(_ directory: ModelDirectory, _ file: ImageFile) throws -> PretrainedTask {
    let model = try VisionEncoderDecoderModel(directory, onReport: show)
    let processor = try ImageProcessor(directory: directory.path)
    let tokenizer = try loadTokenizer(directory: directory.path)
    let options = GenerationOptions(
      .beamSearch(.init(count: 4)), length: .total(16), endTokens: model.configuration.eosTokenIDs)
    let prepared = try processor([file]).pixelValues
    return PretrainedTask(
      model: { _ = try model.generate(prepared, options) },
      whole: {
        let text = try model.generate(processor([file]).pixelValues, options)[0][0]
        return Result(
          ids: text.ids, scores: text.score.map { [$0] },
          answers: [tokenizer.decode(text.ids, skipSpecialTokens: true)])
      },
      logits: {
        let start = model.configuration.decoderStartTokenID ?? 0
        return noGrad { model(prepared, captions: IntTensor([[start]])) }.scalars
      },
      save: model.save)
  }

  /// ViLT: the answer to a question.
  private static func answering(_ directory: ModelDirectory, _ file: ImageFile, _ texts: [String]) throws
    -> PretrainedTask
  {
    let vilt = try ViLTForQuestionAnswering(directory, onReport: show)
    let processor = try ImageProcessor(directory: directory.path)
    let tokenizer = try loadTokenizer(directory: directory.path)
    func scores() throws -> Tensor {
      let images = try processor(texts.map { _ in file })
      let encodings = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
      let (ids, mask) = (IntTensor(encodings.map(\.ids)), IntTensor(encodings.map(\.attentionMask)))
      return noGrad { vilt(ids, attentionMask: mask, images.pixelValues, pixelMask: images.pixelMask) }
    }
    let images = try processor(texts.map { _ in file })
    let encodings = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
    let (ids, mask) = (IntTensor(encodings.map(\.ids)), IntTensor(encodings.map(\.attentionMask)))
    return PretrainedTask(
      model: { _ = noGrad { vilt(ids, attentionMask: mask, images.pixelValues, pixelMask: images.pixelMask) } },
      whole: { Result(answers: vilt.answers(try scores())) },
      logits: { try scores().scalars },
      save: vilt.save)
  }

  /// BLIP-2: how a text about the picture goes on.
  private static func prompting(_ directory: ModelDirectory, _ file: ImageFile, _ texts: [String]) throws
    -> PretrainedTask
  {
    let model = try BLIP2Model(directory, onReport: show)
    let processor = try ImageProcessor(directory: directory.path)
    let tokenizer = try loadTokenizer(directory: directory.path)
    let options = GenerationOptions(length: .new(10), endTokens: model.configuration.text.eosTokenIDs)
    let prompts = texts.map { model.prompt(tokenizer.encode($0).ids) }
    let prepared = try processor(texts.map { _ in file }).pixelValues
    return PretrainedTask(
      model: { _ = try model.generate(prepared, prompts: prompts, options) },
      whole: {
        let prompts = texts.map { model.prompt(tokenizer.encode($0).ids) }
        let pixels = try processor(texts.map { _ in file }).pixelValues
        let written = try model.generate(pixels, prompts: prompts, options).map { $0[0] }
        return Result(
          ids: written.first?.ids, answers: written.map { tokenizer.decode($0.tokens, skipSpecialTokens: true) })
      },
      logits: {
        try noGrad { try model(prepared, ids: IntTensor(prompts)) }.select(-1, dim: 1).scalars
      },
      first: {
        _ = try model.generate(
          prepared, prompts: prompts, GenerationOptions(length: .new(1), endTokens: options.endTokens))
      },
      save: model.save)
  }
}
