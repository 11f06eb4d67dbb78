import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Answers to questions about pictures, from a published ViLT such as `dandelin/vilt-b32-finetuned-vqa`.
///
/// ```swift
/// let vilt = try QuestionAnswering(directory: "vilt-b32-finetuned-vqa")
/// let answer = vilt.answers(try vilt(images: [photo], questions: ["What animal is in the image?"]))
/// ```
/// P and A stand for the number of pairs and of possible answers.
public struct QuestionAnswering: QuestionAnswerer {
  /// A question about a picture.
  public typealias Pair = (image: Image, question: String)

  /// The transformer over words and patches, and its head.
  public let model: ViLTForQuestionAnswering
  /// Makes tokens of questions.
  public let tokenizer: any Tokenizer
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Pairs that go through the model at a time, to bound memory.
  private static let pairsAtATime = 16

  /// Reads model, tokenizer and image processor.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try PipelineDirectory<ViLTForQuestionAnswering>(path)
    tokenizer = directory.tokenizer
    preparation = directory.processor
    (model, loadReport) = try directory.load()
  }

  /// Puts the parts together, for a model that is in memory.
  public init(model: ViLTForQuestionAnswering, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    preparation = ImagePreparation(processor)
    loadReport = nil
  }

  /// Asks every question about every image.
  ///
  /// - Returns: unnormalized scores of the answers, `[P, A]`: all questions about the first image, then the second.
  /// - Throws: as for pairs.
  public func callAsFunction(images: [Image], questions: [String]) throws -> Tensor {
    let prepared = try images.enumerated().map { try prepare($1, $0) }
    let asked = try tokens(of: questions)
    return logits(prepared.flatMap { image in asked.map { (image, $0) } })
  }

  /// Asks about each picture its question.
  ///
  /// Pairs of equal sizes go through the model together and no padding is needed, so a pair's scores are the same
  /// bytes alone and among others.
  ///
  /// - Returns: unnormalized scores of the answers, `[P, A]`.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a question that the model
  ///   cannot read.
  public func callAsFunction(_ pairs: [Pair]) throws -> Tensor {
    let asked = try tokens(of: pairs.map(\.question))
    let prepared = try pairs.enumerated().map { try prepare($1.image, $0) }
    return logits(Array(zip(prepared, asked)))
  }

  /// Asks every question about every image: the best answers with their logits.
  public func ask(_ questions: [String], about images: [Image]) throws -> PictureAnswers {
    let logits = try self(images: images, questions: questions)
    let rows = (0..<logits.shape[0]).map { logits[$0].scalars }
    return PictureAnswers(
      answers: answers(logits), scores: rows.map { $0.max() ?? .nan }, basis: .logits(rows))
  }

  /// The best answer for each row of scores, `[P, A]`; the first one on ties.
  public func answers(_ logits: Tensor) -> [String] { model.answers(logits) }

  private func tokens(of questions: [String]) throws -> [[Int]] {
    let settings = model.configuration
    return try tokenizer.tokens(
      of: questions, vocabularySize: settings.vocabularySize, positionCount: settings.positionCount,
      isPadding: false, directory: preparation.directory
    ).map(\.ids)
  }

  private func prepare(_ image: Image, _ index: Int) throws -> Tensor {
    let size = try preparation.outputSize(of: image, index)
    if let problem = model.configuration.problem(height: size.height, width: size.width) {
      throw PreparationError(index: index, reason: problem)
    }
    do {
      return try preparation(image)
    } catch {
      throw PreparationError(index: index, reason: error.reason)
    }
  }

  private func logits(_ pairs: [(pixels: Tensor, ids: [Int])]) -> Tensor {
    // Groups in the order of their first pair.
    var groups: [(sizes: [Int], members: [Int])] = []
    for (index, pair) in pairs.enumerated() {
      let sizes = pair.pixels.shape + [pair.ids.count]
      if let group = groups.firstIndex(where: { $0.sizes == sizes }) {
        groups[group].members.append(index)
      } else {
        groups.append((sizes, [index]))
      }
    }
    var parts: [Tensor] = []
    var order: [Int] = []
    for group in groups {
      inChunks(group.members, of: Self.pairsAtATime) { chunk in
        let pixels = Tensor.cat(chunk.map { pairs[$0].pixels }, dim: 0)
        let ids = IntTensor(chunk.map { pairs[$0].ids })
        parts.append(noGrad { model(ids, pixels) })  // [chunk, A]
        order += chunk
      }
    }
    if parts.isEmpty { return .zeros([0, model.configuration.labels.count]) }
    var places = [Int](repeating: 0, count: order.count)
    for (place, pair) in order.enumerated() { places[pair] = place }
    return Tensor.cat(parts, dim: 0).indexSelect(places)
  }
}
