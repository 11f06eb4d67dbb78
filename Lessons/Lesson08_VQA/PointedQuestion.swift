import Datasets
import Evaluation
import Notebook
import Pretrained
import Tensors

/// A question about the color or the shape of one of several things, with the tokens of each part of the input.
///
/// A thing covers 2 × 2 patches of the 4 × 4. Only questions count whose thing shares no patch with another one.
struct PointedQuestion {
  /// The side of the grid of patches.
  static let side = 4
  /// The number of patches.
  static let patchCount = side * side

  /// The question.
  let question: SceneQuestion
  /// The thing that it is about.
  let asked: SceneObject
  /// The first thing that shares no patch with it.
  let other: SceneObject
  /// The question's tokens with `[CLS]` and `[SEP]`.
  let wordCount: Int
  /// As many random patches as the asked thing has, none of them its own.
  private let randomPatches: [Int]

  /// `nil` for another type of question, or where no other thing has all its patches for itself.
  ///
  /// - Parameter tokenCount: the question's tokens.
  init?(_ question: SceneQuestion, tokenCount: Int) {
    let things = question.scene.objects
    let asked: SceneObject? =
      switch question.query {
      case .color(let shape): things.first { $0.shape == shape }
      case .shape(let color): things.first { $0.color == color }
      default: nil
      }
    guard let asked, let other = things.first(where: { $0 != asked && Self.areApart($0, asked) }) else { return nil }
    (self.question, self.asked, self.other, wordCount) = (question, asked, other, tokenCount)
    let own = Self.patches(of: asked)
    let free = (0..<Self.patchCount).filter { !own.contains($0) }
    randomPatches = Generator.current.sample(own.count, of: free.count).map { free[$0] }
  }

  /// The patches that a thing's box touches.
  static func patches(of thing: SceneObject) -> [Int] {
    func span(_ center: Int) -> ClosedRange<Int> {
      let radius = thing.size.radius
      return max(0, (center - radius) / 16)...min(side - 1, (center + radius - 1) / 16)
    }
    return span(thing.centerY).flatMap { row in span(thing.centerX).map { row * side + $0 } }
  }

  private static func areApart(_ one: SceneObject, _ another: SceneObject) -> Bool {
    patches(of: one).allSatisfy { !patches(of: another).contains($0) }
  }

  /// The tokens of patches: they stand behind the words and the picture's extra token.
  private func tokens(_ patches: [Int]) -> [Int] { patches.map { wordCount + 1 + $0 } }

  /// The tokens of the asked thing's patches.
  var askedTokens: [Int] { tokens(Self.patches(of: asked)) }
  /// The tokens of the other thing's patches.
  var otherTokens: [Int] { tokens(Self.patches(of: other)) }
  /// The tokens of as many random patches.
  var randomTokens: [Int] { tokens(randomPatches) }
  /// The tokens of all patches that are not the asked thing's.
  var allButAskedTokens: [Int] {
    let own = Self.patches(of: asked)
    return tokens((0..<Self.patchCount).filter { !own.contains($0) })
  }
  /// The question's tokens between `[CLS]` and `[SEP]`.
  var wordTokens: [Int] { Array(1..<wordCount - 1) }
  /// The token `[SEP]`.
  var separatorToken: [Int] { [wordCount - 1] }
  /// The picture's class token.
  var extraToken: [Int] { [wordCount] }

  /// The scene without the asked thing.
  var withoutAsked: Scene? { Scene(question.scene.objects.filter { $0 != asked }) }
  /// The scene without the other thing.
  var withoutOther: Scene? { Scene(question.scene.objects.filter { $0 != other }) }
}

/// Questions of the same length, at most 50 at a time, in their order, with the model's input.
///
/// Questions of one length need no padding, so a token has the same number in all of them.
func batches(
  of questions: [PointedQuestion], _ vilt: QuestionAnswering
) -> [(questions: [PointedQuestion], input: MaskedTokens)] {
  var groups: [[PointedQuestion]] = []
  for question in questions {
    if let last = groups.indices.last, groups[last].count < 50, groups[last][0].wordCount == question.wordCount {
      groups[last].append(question)
    } else {
      groups.append([question])
    }
  }
  return groups.map { group in
    let ids = IntTensor(group.map { vilt.tokenizer.encode($0.question.text).ids })
    return (group, vilt.model.embedded(ids, Scene.tensor(group.map(\.question.scene))))
  }
}
