import Checkpoints
import Foundation
import Images
import Pretrained
import Tensors
import Tokenizers

extension PretrainedTask {
  /// Reads a model of any kind that is known.
  ///
  /// - Throws: an error in one line for files that are missing or damaged, and for models without a task.
  static func load(_ path: String, image: String, texts: [String]) throws -> PretrainedTask {
    let file = try ImageFile(contentsOf: image)
    let processor = try ImageProcessor(directory: path)
    let picture = file.upright
    let configuration = try ModelDirectory(path).configuration
    switch configuration {
    case is CLIPConfiguration:
      return try PretrainedTask(ZeroShot(directory: path), picture, processor([file]).pixelValues, texts)
    case is VisionEncoderDecoderConfiguration:
      return try PretrainedTask(Captioning(directory: path), picture, processor([file]).pixelValues)
    case is ViLTConfiguration:
      let pixels = try processor(texts.map { _ in file }).pixelValues
      return try PretrainedTask(QuestionAnswering(directory: path), picture, pixels, texts)
    case is BLIP2Configuration:
      let pixels = try processor(texts.map { _ in file }).pixelValues
      return try PretrainedTask(BLIP2(directory: path), picture, pixels, texts)
    default:
      throw BenchError(description: "\(path): there is no task for a \(configuration.modelType) alone")
    }
  }

  /// CLIP: which of the texts fits the picture.
  private init(_ clip: ZeroShot, _ picture: Image, _ pixels: Tensor, _ texts: [String]) throws {
    Self.show(clip.loadReport)
    let (ids, mask) = try Self.tokens(texts, clip.tokenizer)
    self.init(
      model: { _ = noGrad { clip.model(pixels, ids, attentionMask: mask) } },
      whole: {
        let probabilities = try clip(images: [picture], texts: texts).probabilities
        return Result(
          scores: probabilities.scalars, answers: probabilities.argmax(dim: -1).scalars.map { texts[$0] })
      },
      logits: { try clip(images: [picture], texts: texts).logitsPerImage.scalars },
      save: clip.model.save)
  }

  /// ViT and GPT-2: a caption, with the notebook's four beams.
  private init(_ captioner: Captioning, _ picture: Image, _ pixels: Tensor) throws {
    Self.show(captioner.loadReport)
    let options = try captioner.options(beams: 4, maximumLength: 16)
    self.init(
      model: { _ = try captioner.model.generate(pixels, options) },
      whole: {
        let caption = try captioner([picture], options)[0][0]
        return Result(ids: caption.ids, scores: [caption.score], answers: [caption.text])
      },
      logits: { noGrad { captioner.model(pixels, captions: IntTensor([[options.startToken ?? 0]])) }.scalars },
      save: captioner.model.save)
  }

  /// ViLT: the answer to a question.
  private init(_ vilt: QuestionAnswering, _ picture: Image, _ pixels: Tensor, _ texts: [String]) throws {
    Self.show(vilt.loadReport)
    let (ids, mask) = try Self.tokens(texts, vilt.tokenizer)
    self.init(
      model: { _ = noGrad { vilt.model(ids, attentionMask: mask, pixels) } },
      whole: { Result(answers: vilt.answers(try vilt(images: [picture], questions: texts))) },
      logits: { try vilt(images: [picture], questions: texts).scalars },
      save: vilt.model.save)
  }

  /// BLIP-2: how a text about the picture goes on.
  private init(_ blip: BLIP2, _ picture: Image, _ pixels: Tensor, _ texts: [String]) throws {
    Self.show(blip.loadReport)
    let options = try blip.options(maximumNewTokens: 10)
    var oneToken = options
    oneToken.length = .new(1)
    let prompts = texts.map { blip.model.prompt(blip.tokenizer.encode($0).ids) }
    self.init(
      model: { _ = try blip.model.generate(pixels, prompts: prompts, options) },
      whole: {
        let written = try blip(texts.map { (picture, $0) }, options).map { $0[0] }
        return Result(ids: written.first.map { $0.promptIDs + $0.newIDs }, answers: written.map(\.answer))
      },
      logits: { try noGrad { try blip.model(pixels, ids: IntTensor(prompts)) }.select(-1, dim: 1).scalars },
      first: { [oneToken] in _ = try blip.model.generate(pixels, prompts: prompts, oneToken) },
      save: blip.model.save)
  }

  /// Tells on standard error what of a checkpoint is not used.
  private static func show(_ report: LoadReport?) {
    guard let summary = report?.summary else { return }
    FileHandle.standardError.write(Data("bench: \(summary)\n".utf8))
  }

  /// Texts side by side, the shorter ones filled up, and which of the tokens count: `[texts, L]`.
  private static func tokens(_ texts: [String], _ tokenizer: any Tokenizer) throws -> (ids: IntTensor, mask: IntTensor)
  {
    let encodings = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
    return (IntTensor(encodings.map(\.ids)), IntTensor(encodings.map(\.attentionMask)))
  }
}
