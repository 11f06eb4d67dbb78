import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Zero-shot classification with a published CLIP or SigLIP (Radford et al. 2021, section 3.1; Zhai et al. 2023): which
/// of these texts describes the image?
///
/// ```swift
/// let clip = try ZeroShot(directory: "clip-vit-base-patch32")
/// let answer = try clip(images: [photo], texts: ["a photo of a dog", "a photo of a cat"])
/// ```
/// I and T stand for the number of images and of texts; E for the width of the common space.
public struct ZeroShot {
  /// How well images and texts go together.
  public struct Answer {
    /// Scaled cosines, `[I, T]`, with SigLIP's bias; transformers' `logits_per_image`.
    public let logitsPerImage: Tensor
    /// For each image how likely each text is, `[I, T]`.
    public let probabilities: Tensor
  }

  /// The two towers.
  public let model: any TwoTowers
  /// Makes tokens of texts.
  public let tokenizer: any Tokenizer
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Images that are encoded at a time, to bound memory.
  private static let imagesAtATime = 16
  private static let textsAtATime = 64

  /// Reads model, tokenizer and image processor.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try ModelDirectory(readable: path)
    switch directory.configuration {
    case is CLIPResNetConfiguration: try self.init(directory, CLIPResNetModel.self)
    case is SigLIPConfiguration: try self.init(directory, SigLIPModel.self)
    default: try self.init(directory, CLIPModel.self)
    }
  }

  private init<Model: TwoTowers & PretrainedModel>(_ directory: ModelDirectory, _ kind: Model.Type) throws {
    let parts = try PipelineDirectory<Model>(directory, kinds: ["clip", "siglip"])
    tokenizer = parts.tokenizer
    preparation = parts.processor
    (model, loadReport) = try parts.load()
  }

  /// Puts the parts together, for a model that is in memory.
  public init(model: any TwoTowers, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    preparation = ImagePreparation(processor)
    loadReport = nil
  }

  /// Compares every image with every text.
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a text that the model
  ///   cannot read.
  public func callAsFunction(images: [Image], texts: [String]) throws -> Answer {
    let texts = try encode(texts: texts)  // first, because it fails first
    let images = try encode(images: images)
    return noGrad {
      let logits = model.logits(images: images, texts: texts)
      return Answer(logitsPerImage: logits, probabilities: model.comparison.probabilities(logits))
    }
  }

  /// Images in the common space: unit vectors, `[I, E]`.
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func encode(images: [Image]) throws -> Tensor {
    var parts: [Tensor] = []
    try inChunks(images, of: Self.imagesAtATime) { chunk in
      let pixels = try pixelValues(of: Array(chunk), from: chunk.startIndex)
      parts.append(noGrad { model.encodeImage(pixels) })
    }
    return joined(parts)
  }

  /// Images as the model takes them, `[I, 3, H, W]`.
  ///
  /// - Parameter start: the number of the first image, for errors.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func pixelValues(of images: [Image], from start: Int = 0) throws -> Tensor {
    try preparation.batch(images, from: start, size: model.imageSize)
  }

  /// Texts in the common space: unit vectors, `[T, E]`.
  ///
  /// - Throws: `DataError` for a text that the model cannot read.
  public func encode(texts: [String]) throws -> Tensor {
    var parts: [Tensor] = []
    try inChunks(encodings(texts), of: Self.textsAtATime) { chunk in
      let (ids, mask) = try batch(Array(chunk))
      parts.append(noGrad { model.encodeText(ids, attentionMask: mask) })
    }
    return joined(parts)
  }

  /// Texts as the model takes them: tokens `[T, L]`, and which of them count; `nil` for all.
  ///
  /// - Throws: `DataError` for a text that the model cannot read.
  public func tokens(of texts: [String]) throws -> (ids: IntTensor, mask: IntTensor?) {
    try batch(encodings(texts))
  }

  private func encodings(_ texts: [String]) throws -> [Encoding] {
    let limits = model.textLimits
    return try tokenizer.tokens(
      of: texts, vocabularySize: limits.vocabularySize, positionCount: limits.positionCount, isPadding: true,
      isCut: limits.isFilledUp, directory: preparation.directory)
  }

  /// The same for texts whose tokens are known.
  private func batch(_ texts: [Encoding]) throws -> (ids: IntTensor, mask: IntTensor?) {
    let limits = model.textLimits
    // A text must not depend on its company: whatever the files say, tokens keep their places at the beginning.
    var padding = limits.isFilledUp ? Padding.length(limits.positionCount) : .longest
    padding.side = .right
    let padded = try tokenizer.pad(texts, to: padding)
    if let stranger = padded.lazy.flatMap(\.ids).first(where: { $0 < 0 || $0 >= limits.vocabularySize }) {
      throw DataError(
        .mismatch, file: preparation.directory,
        reason:
          "the tokenizer fills up texts with token \(stranger), but the model knows 0 to \(limits.vocabularySize - 1)"
      )
    }
    if limits.isFilledUp { return (IntTensor(padded.map(\.ids)), nil) }
    // Nor must the model take a filling token for the text's end; the text's own first token cannot move it.
    let ids = padded.map { row in zip(row.ids, row.attentionMask).map { $1 == 1 ? $0 : row.ids[0] } }
    return (IntTensor(ids), IntTensor(padded.map(\.attentionMask)))
  }

  private func joined(_ parts: [Tensor]) -> Tensor {
    parts.isEmpty ? .zeros([0, model.embeddingWidth]) : Tensor.cat(parts, dim: 0)
  }
}
