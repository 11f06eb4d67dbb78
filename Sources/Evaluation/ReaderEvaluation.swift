import Datasets
import Pretrained
import Support

/// How well a reader of documents reads pages that it has not learned from.
public struct ReaderEvaluation {
  /// The model with its tokenizer and processor.
  public let reader: Captioning
  private let startTokens: [DocumentTask: Int]

  /// How many pages of each part are read.
  public static let pageCount = 200

  /// An evaluation of a model with its tokenizer and processor.
  ///
  /// - Throws: `DataError` for a tokenizer that does not know the tokens of ``DocumentTask``.
  public init(_ reader: Captioning) throws(DataError) {
    self.reader = reader
    var startTokens: [DocumentTask: Int] = [:]
    for task in DocumentTask.allCases {
      let ids = reader.tokenizer.encode(task.startToken, addSpecialTokens: false).ids
      guard ids.count == 1 else {
        throw DataError(
          reason: "the model's tokenizer has no token \(task.startToken), so it is no reader of documents")
      }
      startTokens[task] = ids[0]
    }
    self.startTokens = startTokens
  }

  /// How a task is asked for: greedy search that starts with the task's token.
  public func options(_ task: DocumentTask) throws -> GenerationOptions {
    var options = try reader.options(beams: 1, maximumLength: reader.model.configuration.decoder.positionCount)
    options.startToken = startTokens[task]
    return options
  }

  /// What the model writes about pages: `<s_kind><receipt/></s_kind>…` for ``DocumentTask/fields``, `BLUE
  /// CAFE<sep/>…` for ``DocumentTask/text``.
  public func answers(_ documents: [Document], _ task: DocumentTask) throws -> [String] {
    let options = try options(task)
    var answers: [String] = []
    try inChunks(documents, of: Self.pagesAtATime) { part in
      answers += try reader.texts(part.map { $0.image() }, options)
    }
    return answers
  }

  /// Pages that go through the model at a time, to bound memory.
  private static let pagesAtATime = 32

  /// The share of all fields that are read exactly, 0 to 1. A field counts where its path in the tree is right, too; the
  /// kind of the page is not counted.
  ///
  /// - Parameters:
  ///   - answers: what a model wrote about each document, as ``answers(_:_:)``.
  ///   - documents: as many, at least one.
  public static func exactFields(_ answers: [String], _ documents: [Document]) -> Double {
    exactFields(answers.map(DocumentTokens.tree), documents)
  }

  /// The same for data that were read by any method.
  ///
  /// - Parameters:
  ///   - data: what was read of each document, as a tree like ``Document/tree``.
  ///   - documents: as many, at least one.
  public static func exactFields(_ data: [JSON], _ documents: [Document]) -> Double {
    if data.count != documents.count {
      reportMisuse("exactFields", "data of \(data.count) documents, but references for \(documents.count)")
    }
    var (right, all) = (0, 0)
    for (data, document) in zip(data, documents) {
      let (read, wanted) = (data.readFields, document.tree.readFields)
      all += wanted.count
      right += wanted.count { field in read.contains { $0 == field } }
    }
    return Double(right) / Double(all)
  }
}
