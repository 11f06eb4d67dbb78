import Datasets
import Images
import Pretrained
import Support

/// Whether a picture shows what a text asks for, by questions that a ViLT answers about the picture.
///
/// The text's things become questions: is there a red circle, what color is the circle, what shape is the red object, how
/// many objects are there, is the red circle above the blue star? The model knows no question about sizes and places, so
/// it cannot judge these.
public struct DrawingQuestions {
  private let vilt: QuestionAnswering

  /// A judge by a model that answers questions about scenes.
  public init(_ vilt: QuestionAnswering) { self.vilt = vilt }

  /// The questions that a text allows, each with the answer that it asks for.
  public static func questions(_ request: SceneRequest) -> [(query: SceneQuery, answer: String)] {
    let kinds = request.things.map(\.combination)
    var result: [(query: SceneQuery, answer: String)] = [(.count, "\(kinds.count)")]
    for kind in kinds {
      result.append((.exists(kind), "yes"))
      let (likeShape, likeColor) = (kinds.count { $0.shape == kind.shape }, kinds.count { $0.color == kind.color })
      if likeShape == 1 { result.append((.color(of: kind.shape), "\(kind.color)")) }
      if likeColor == 1 { result.append((.shape(of: kind.color), "\(kind.shape)")) }
    }
    if let relation = request.relation { result.append((.relation(relation, kinds[0], kinds[1]), "yes")) }
    return result
  }

  /// For each picture the share of its text's questions that are answered as the text asks for, 0 to 1.
  ///
  /// - Throws: ``PreparationError`` for a picture that cannot be prepared.
  public func callAsFunction(_ images: [Image], _ requests: [SceneRequest]) throws -> [Double] {
    if images.count != requests.count {
      reportMisuse("DrawingQuestions", "\(images.count) pictures and \(requests.count) texts; each has its own")
    }
    let asked = requests.map(Self.questions)
    let pairs = zip(images, asked).flatMap { image, questions in
      questions.map { (image: image, question: $0.query.texts(.training)[0]) }
    }
    var answers = vilt.answers(try vilt(pairs))[...]
    return asked.map { questions in
      let own = answers.prefix(questions.count)
      answers = answers.dropFirst(questions.count)
      return Double(zip(own, questions).count { $0 == $1.answer }) / Double(questions.count)
    }
  }
}
