import Support
import Tensors

extension Scenes {
  /// A question at an index with a scene of its own, not that of ``subscript(_:)``.
  ///
  /// The answer is drawn before the scene, so that the question alone does not give it away: colors, shapes and
  /// numbers are equally likely, and so are yes and no. The type is equally likely, too, unless it is given.
  public func question(at index: Int, type: SceneQuestionType? = nil) -> SceneQuestion {
    let generator = generator(index, .question)
    let drawn = generator.element(of: SceneQuestionType.allCases.filter { canAsk($0) })
    return question(of: type ?? drawn, generator)
  }

  /// Whether there are scenes for a type of question: a relation takes two things.
  func canAsk(_ type: SceneQuestionType) -> Bool { type != .relation || objectCounts.upperBound > 1 }

  private func question(of type: SceneQuestionType, _ generator: Generator) -> SceneQuestion {
    while true {
      guard let plan = plan(type, generator) else { continue }
      let scene = drawScene(plan.combinations, generator)
      let query = plan.query ?? relation(in: scene, generator)
      if let query, let answer = query.answer(for: scene) {
        let text = generator.element(of: query.texts(wordings))
        return SceneQuestion(scene: scene, query: query, text: text, answer: answer)
      }
    }
  }

  /// The meaning of a question (nil where the scene decides it), and the combinations that each thing may have.
  private func plan(
    _ type: SceneQuestionType, _ generator: Generator
  ) -> (query: SceneQuery?, combinations: [[SceneCombination]])? {
    let all = world.combinations(in: split)
    // Questions about a kind of thing are about a held-out one where those are the subject.
    let asked = split == .heldOutCombinations ? world.heldOutCombinations : all
    let most = objectCounts.upperBound
    func rest(_ count: Int, _ isAllowed: (SceneCombination) -> Bool) -> [[SceneCombination]] {
      [[SceneCombination]](repeating: all.filter(isAllowed), count: count)
    }
    func drawnCount(atLeast least: Int) -> Int {
      let least = max(least, objectCounts.lowerBound)
      return least + generator.integer(in: 0..<max(most - least + 1, 1))
    }
    switch type {
    case .color:
      let subject = generator.element(of: asked)
      return (
        .color(of: subject.shape), [[subject]] + rest(drawnCount(atLeast: 1) - 1) { $0.shape != subject.shape }
      )
    case .shape:
      let subject = generator.element(of: asked)
      return (
        .shape(of: subject.color), [[subject]] + rest(drawnCount(atLeast: 1) - 1) { $0.color != subject.color }
      )
    case .count:
      let kind = generator.integer(in: 0..<3)
      if kind == 0 { return (.count, rest(drawnCount(atLeast: 1)) { _ in true }) }
      let number = generator.integer(in: 0..<most + 1)
      let subject = generator.element(of: asked)
      let isCounted: (SceneCombination) -> Bool = {
        kind == 1 ? $0.shape == subject.shape : $0.color == subject.color
      }
      let total = drawnCount(atLeast: number)
      return (
        kind == 1 ? .countShape(subject.shape) : .countColor(subject.color),
        rest(number, isCounted) + rest(total - number) { !isCounted($0) }
      )
    case .existence:
      let subject = generator.element(of: asked)
      let total = drawnCount(atLeast: 1)
      if generator.integer(in: 0..<2) == 0 {
        return (.exists(subject), [[subject]] + rest(total - 1) { $0 != subject })
      }
      // The right color on a wrong shape and the right shape in a wrong color: neither alone gives the answer.
      let sameColor = rest(1) { $0.color == subject.color && $0 != subject }
      let sameShape = rest(1) { $0.shape == subject.shape && $0 != subject }
      // A scene of the held-out part has a held-out thing: here another one than the question's.
      let other = [world.heldOutCombinations.filter { $0 != subject }]
      let first = generator.integer(in: 0..<2) == 0 ? sameColor + sameShape : sameShape + sameColor
      let near = ((split == .heldOutCombinations ? other : []) + first).prefix(total)
      return (.exists(subject), near + rest(total - near.count) { $0 != subject })
    case .relation:
      if !canAsk(type) { reportMisuse("Scenes.question", "a relation takes two things, but these scenes have one") }
      return (nil, rest(drawnCount(atLeast: 2)) { _ in true })
    }
  }

  /// Asks how two things of a scene stand to each other; nil if that is not clear in the drawn direction.
  private func relation(in scene: Scene, _ generator: Generator) -> SceneQuery? {
    let relation = generator.element(of: SceneRelation.allCases)
    let pair = generator.sample(2, of: scene.objects.count)
    let isTrue = generator.integer(in: 0..<2) == 0
    let (first, second) = (scene.objects[pair[0]], scene.objects[pair[1]])
    guard let holds = relation.holds(first, second) else { return nil }
    let (subject, object) = holds == isTrue ? (first, second) : (second, first)
    return .relation(relation, subject.combination, object.combination)
  }
}
