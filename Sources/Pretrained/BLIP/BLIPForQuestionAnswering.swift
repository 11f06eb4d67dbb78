import Layers
import Support
import Tensors

/// BLIP that answers questions about pictures in words of its own (Li et al. 2022, section 4.3, figure 5): the question is
/// read together with the image, and the answer is written about what came of both.
///
/// I, C, H, W stand for images, channels, height and width; B, L for questions and their tokens; T for an answer's tokens; D
/// for the width of a token; V for the vocabulary. B is a multiple of I: the questions about one image stand side by side.
public final class BLIPForQuestionAnswering: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: BLIPConfiguration
  /// The image encoder.
  public let visionModel: ViTEncoder
  private let textEncoder: BLIPTextTransformer
  private let textDecoder: BLIPTextDecoder

  public static let architecture = "BlipForQuestionAnswering"
  public static let otherClasses = [BLIPForConditionalGeneration.architecture]
  public static let requirement = "answering questions needs an image encoder, a text encoder and a text decoder"

  /// A model with initial values.
  public init(_ configuration: BLIPConfiguration) {
    self.configuration = configuration
    let (settings, width) = (configuration.text, configuration.vision.hiddenSize)
    visionModel = ViTEncoder(configuration.vision)
    textEncoder = BLIPTextTransformer(settings, memoryWidth: width)
    // transformers makes it for tokens of the image encoder's width, too; what it attends to has the text's.
    textDecoder = BLIPTextDecoder(settings, memoryWidth: width, isTied: configuration.tiedOutput != nil)
  }

  public static func problem(_ settings: BLIPConfiguration) -> (key: String, reason: String)? {
    let (vision, text) = (settings.vision.hiddenSize, settings.text.hiddenSize)
    if vision == text { return nil }
    return (
      "vision_config.hidden_size",
      "is \(vision), but text_config.hidden_size says \(text): an answer is written about a question's tokens, and the "
        + "writer is made for tokens of the image encoder's width"
    )
  }

  /// Questions read together with images.
  ///
  /// - Parameters:
  ///   - images: what the image encoder returned, `[I, its tokens, its width]`.
  ///   - questions: `[B, L]`, with BERT's \[CLS\] and \[SEP\].
  ///   - attended: 1 for tokens, 0 for padding behind them, `[B, L]`; all are tokens by default.
  /// - Returns: `[B, L, D]`.
  public func read(_ questions: IntTensor, attended: IntTensor? = nil, images: Tensor) -> Tensor {
    textEncoder.encode(questions, attended: attended, memory: textEncoder.memory(images))
  }

  /// The logits of every next token of given answers: teacher forcing.
  ///
  /// - Parameters:
  ///   - pixelValues: `[I, C, H, W]`.
  ///   - questions: `[B, L]`.
  ///   - attended: 1 for tokens, 0 for padding behind them, `[B, L]`; all are tokens by default.
  ///   - answers: one for each question, with the token that begins texts, `[B, T]`.
  /// - Returns: `[B, T, V]`.
  public func callAsFunction(
    _ pixelValues: Tensor, questions: IntTensor, attended: IntTensor? = nil, answers: IntTensor
  ) -> Tensor {
    logits(images: visionModel(pixelValues), questions: questions, attended: attended, answers: answers)
  }

  /// The same about what the image encoder returned.
  func logits(images: Tensor, questions: IntTensor, attended: IntTensor? = nil, answers: IntTensor) -> Tensor {
    let states = read(questions, attended: attended, images: images)
    return textDecoder(answers, memory: textDecoder.memory(states, attended: attended))
  }

  /// Answers questions about images.
  ///
  /// Of questions of several lengths the shorter ones are filled up, and the filling counts nowhere: each has the answer
  /// that it has alone. In transformers, the answer's words attend to the filling.
  ///
  /// - Parameters:
  ///   - images: what the image encoder returned, `[I, its tokens, its width]`.
  ///   - questions: tokens with BERT's \[CLS\] and \[SEP\], at least one each and no more than have positions.
  ///   - options: how to choose tokens.
  ///   - onToken: called with each token as it is chosen, for streaming.
  /// - Returns: for each question as many answers as asked for, best first.
  /// - Throws: `DataError` for options that cannot be met.
  public func generate(
    images: Tensor, questions: [[Int]], _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    let start = try textDecoder.startToken()
    return try noGrad {
      let batch = TokenBatch(
        questions, after: questions.map { _ in 0 }, limit: configuration.text.positionCount)
      let attended = batch.attended
      let states = read(batch.ids, attended: attended, images: images)
      return try textDecoder.generate(
        after: questions.map { _ in [start] }, memory: textDecoder.memory(states, attended: attended), options,
        onToken: onToken)
    }
  }
}
