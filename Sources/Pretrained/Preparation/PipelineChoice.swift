import Checkpoints
import Images
import Support

/// Published models of several kinds that do the same task: a directory's `model_type` and class decide which one is
/// opened.
public struct PipelineChoice<Task> {
  private let kinds: [Kind]

  /// One kind of model that does the task.
  public struct Kind {
    fileprivate let modelType: String
    fileprivate let architecture: String
    fileprivate let open: (String) throws -> (Task, LoadReport?)

    /// - Parameters:
    ///   - type: the pipeline.
    ///   - task: the pipeline as what does the task.
    public init<Opened: Pipeline>(_ type: Opened.Type, as task: @escaping (Opened) -> Task) {
      modelType = Opened.Model.Configuration.modelType
      architecture = Opened.Model.architecture
      open = { path in
        let pipeline = try type.init(directory: path)
        return (task(pipeline), pipeline.loadReport)
      }
    }
  }

  /// A choice among kinds; of several that take a directory the first one does.
  public init(_ kinds: [Kind]) { self.kinds = kinds }

  /// Opens a directory.
  ///
  /// - Returns: what does the task, and what was found in the file with the weights.
  /// - Throws: an error in one line that names the file and the reason; ``WrongModelType`` for a model of another kind.
  public func open(_ path: String) throws -> (task: Task, report: LoadReport?) {
    let model = try ModelDirectory(path)
    let found = model.configuration.modelType
    let possible = kinds.filter { $0.modelType == found }
    guard let first = possible.first else {
      throw WrongModelType(model, needed: kinds.map(\.modelType))
    }
    return try (possible.first { model.architectures.contains($0.architecture) } ?? first).open(path)
  }
}

/// What describes pictures in words, whichever published model it is.
public protocol ImageCaptioner: Pipeline {
  /// What the model's files say about generating.
  var generation: GenerationConfiguration { get }

  /// What the files say, but with these beams and this length.
  ///
  /// - Parameters:
  ///   - beams: unfinished captions that are kept; 1 is greedy search. `nil` for what the files say.
  ///   - maximumLength: the longest caption in tokens, with those that it begins with; `nil` for what the files say.
  /// - Throws: `DataError` for settings that are not supported or contradict each other.
  func options(beams: Int?, maximumLength: Int?) throws -> GenerationOptions

  /// The token that fills up the shorter captions of a batch, as transformers chooses it.
  func paddingToken(_ options: GenerationOptions) -> Int

  /// Captions images.
  ///
  /// - Parameters:
  ///   - images: pictures of any size.
  ///   - prompt: what every caption begins with, such as "a photo of"; `nil` for nothing.
  ///   - options: how to choose tokens.
  ///   - onText: called with each caption as it grows.
  /// - Returns: for each image as many captions as asked for, best first.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a prompt that the model does not
  ///   take or options that cannot be met.
  func captions(
    of images: [Image], prompt: String?, _ options: GenerationOptions, onText: TextObserver?
  ) throws -> [[ScoredText]]
}

extension PipelineChoice where Task == any ImageCaptioner {
  /// The published models that caption pictures.
  public static var captioners: Self { Self([.init(Captioning.self) { $0 }, .init(BLIPCaptioning.self) { $0 }]) }
}

/// What answers questions about pictures, whichever published model it is.
public protocol QuestionAnswerer: Pipeline {
  /// Asks every question about every image.
  ///
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a question that the model cannot
  ///   read.
  func ask(_ questions: [String], about images: [Image]) throws -> PictureAnswers
}

/// Answers to questions about pictures: all about the first picture, then all about the second.
public struct PictureAnswers: Sendable {
  /// How sure a model is of each answer.
  public enum Basis: Equatable, Sendable {
    /// It chose among given answers: a row of unnormalized scores for each question.
    case logits([[Float]])
    /// It wrote: the tokens of each answer, filled up at the end to the longest.
    case ids([[Int]])
  }

  /// The best answer to each question.
  public let answers: [String]
  /// What the best answers are ranked by: their logits, or of written ones the mean of the tokens' log-probabilities.
  public let scores: [Float]
  /// What the answers were made of.
  public let basis: Basis
}

extension PipelineChoice where Task == any QuestionAnswerer {
  /// The published models that answer questions about pictures.
  public static var answerers: Self {
    Self([.init(QuestionAnswering.self) { $0 }, .init(BLIPQuestionAnswering.self) { $0 }])
  }
}
