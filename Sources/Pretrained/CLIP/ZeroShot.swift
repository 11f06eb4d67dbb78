import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Zero-shot classification with a published CLIP (Radford et al. 2021, section 3.1): which of these texts describes the
/// image?
///
/// ```swift
/// let clip = try ZeroShot(directory: "clip-vit-base-patch32")
/// let answer = try clip(images: [photo], texts: ["a photo of a dog", "a photo of a cat"])
/// ```
/// I and T stand for the number of images and of texts; E for the width of the common space.
public struct ZeroShot: Pipeline {
  /// How well images and texts go together.
  public struct Answer {
    /// Scaled cosines, `[I, T]`; transformers' `logits_per_image`.
    public let logitsPerImage: Tensor
    /// For each image how likely each text is, `[I, T]`: the softmax of its row.
    public var probabilities: Tensor { logitsPerImage.softmax(dim: 1) }
  }

  /// The two towers.
  public let model: CLIPModel
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
    let directory = try PipelineDirectory<CLIPModel>(path)
    tokenizer = directory.tokenizer
    preparation = directory.processor
    (model, loadReport) = try directory.load()
  }

  /// Puts the parts together, for a model that is in memory.
  public init(model: CLIPModel, tokenizer: any Tokenizer, processor: ImageProcessor) {
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
    return Answer(logitsPerImage: noGrad { model.logits(images: images, texts: texts) })
  }

  /// Images in the common space: unit vectors, `[I, E]`.
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func encode(images: [Image]) throws -> Tensor {
    var parts: [Tensor] = []
    try inChunks(images, of: Self.imagesAtATime) { chunk in
      let pixels = try preparation.batch(
        Array(chunk), from: chunk.startIndex, size: model.configuration.vision.imageSize)
      parts.append(noGrad { model.encodeImage(pixels) })
    }
    return joined(parts)
  }

  /// Texts in the common space: unit vectors, `[T, E]`.
  ///
  /// - Throws: `DataError` for a text that the model cannot read.
  public func encode(texts: [String]) throws -> Tensor {
    let settings = model.configuration.text
    let encodings = try tokenizer.tokens(
      of: texts, vocabularySize: settings.vocabularySize, positionCount: settings.positionCount,
      isPadding: true, directory: preparation.directory)
    // A text must not depend on its company: whatever the files say, tokens keep their places at the beginning.
    var padding = Padding.longest
    padding.side = .right
    var parts: [Tensor] = []
    try inChunks(encodings, of: Self.textsAtATime) { chunk in
      let padded = try tokenizer.pad(Array(chunk), to: padding)
      if let stranger = padded.lazy.flatMap(\.ids).first(where: { $0 < 0 || $0 >= settings.vocabularySize }) {
        throw DataError(
          .mismatch, file: preparation.directory,
          reason:
            "the tokenizer fills up texts with token \(stranger), but the model knows 0 to \(settings.vocabularySize - 1)"
        )
      }
      let mask = IntTensor(padded.map(\.attentionMask))
      // Nor must the model take a filling token for the text's end; the text's own first token cannot move it.
      let ids = IntTensor(padded.map { row in zip(row.ids, row.attentionMask).map { $1 == 1 ? $0 : row.ids[0] } })
      parts.append(noGrad { model.encodeText(ids, attentionMask: mask) })
    }
    return joined(parts)
  }

  private func joined(_ parts: [Tensor]) -> Tensor {
    parts.isEmpty ? .zeros([0, model.configuration.projectionSize]) : Tensor.cat(parts, dim: 0)
  }
}
