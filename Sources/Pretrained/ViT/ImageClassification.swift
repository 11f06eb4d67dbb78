import Checkpoints
import Images
import Layers
import Support
import Tensors

/// What pictures show, by a published Vision Transformer such as `google/vit-base-patch16-224`.
///
/// ```swift
/// let classifier = try ImageClassification(directory: "vit-base-patch16-224")
/// let guesses = try classifier([photo]).best(5)[0]  // the five likeliest classes, likeliest first
/// ```
/// I and K stand for the number of images and of classes.
public struct ImageClassification: Pipeline {
  /// How well each class describes each image.
  public struct Answer {
    /// The scores of the classes, `[I, K]`.
    public let logits: Tensor
    /// The names of the classes.
    public let labels: Labels
    /// For each image how likely each class is, `[I, K]`: the softmax of its row.
    public var probabilities: Tensor { logits.softmax(dim: 1) }

    /// For each image the classes with the highest scores, highest first; on ties the lower class comes first.
    ///
    /// - Parameter count: how many of them; all where there are fewer.
    public func best(_ count: Int) -> [[Guess]] {
      let (logits, probabilities) = (logits, probabilities)
      return (0..<logits.shape[0]).map { image in
        let (scores, shares) = (logits[image].scalars, probabilities[image].scalars)
        return logits[image].topK(min(count, labels.count)).indices.scalars.map {
          Guess(index: $0, label: labels[$0], logit: scores[$0], probability: shares[$0])
        }
      }
    }
  }

  /// A class that may describe an image.
  public struct Guess: Equatable, Sendable {
    /// The number of the class, from 0.
    public let index: Int
    /// Its name.
    public let label: String
    /// Its score.
    public let logit: Float
    /// How likely it is, from 0 to 1.
    public let probability: Float
  }

  /// How much each patch of a picture has part in the answer, by the attention of all layers.
  public struct AttentionMap {
    /// The part of the picture that the model saw.
    public let seen: Image
    /// The numbers of patches beside each other and above each other.
    public let columns, rows: Int
    /// How much of each patch reaches the class token, row by row.
    public let shares: [Float]
  }

  /// The model.
  public let model: ViTForImageClassification
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Images that are classified at a time, to bound memory.
  private static let imagesAtATime = 16

  /// Reads model and image processor.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try ImageModelDirectory<ViTForImageClassification>(path)
    preparation = directory.processor
    (model, loadReport) = try directory.load()
  }

  /// Puts the parts together, for a model that is in memory.
  public init(model: ViTForImageClassification, processor: ImageProcessor) {
    self.model = model
    preparation = ImagePreparation(processor)
    loadReport = nil
  }

  /// Scores every class for every image.
  ///
  /// - Parameter images: pictures of any size.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func callAsFunction(_ images: [Image]) throws -> Answer {
    var parts: [Tensor] = []
    try inChunks(images, of: Self.imagesAtATime) { chunk in
      let pixels = try preparation.batch(Array(chunk), from: chunk.startIndex, size: model.configuration.imageSize)
      parts.append(noGrad { model(pixels) })
    }
    let labels = model.configuration.labels
    return Answer(logits: parts.isEmpty ? .zeros([0, labels.count]) : .cat(parts, dim: 0), labels: labels)
  }

  /// The attention of every layer to one image, `[1, H, N + 1, N + 1]` for H heads and N patches.
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func attention(_ image: Image) throws -> AttentionRecorder {
    AttentionRecorder(model.vit, try preparation.batch([image], size: model.configuration.imageSize))
  }

  /// Where the class token's answer comes from in a picture, by attention rollout (Abnar and Zuidema 2020).
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared.
  public func rollout(_ image: Image) throws -> AttentionMap {
    let (size, patch) = (model.configuration.imageSize, model.configuration.patchSize)
    let shares = try attention(image).rollout()[0][0].scalars.dropFirst()  // those of the patches
    return AttentionMap(
      seen: try preparation.seenPart(of: image), columns: size.width / patch.width, rows: size.height / patch.height,
      shares: Array(shares))
  }
}
