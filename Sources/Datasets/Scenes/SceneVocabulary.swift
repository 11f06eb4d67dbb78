extension SceneGrammar {
  /// Every word of every caption, question and answer of the 6 × 6 world and of ``DigitCaption``, in alphabetical order,
  /// with the comma and the question mark as words.
  ///
  /// - Complexity: made once, from the grammar itself.
  public static let vocabulary: [String] = {
    var texts = SceneQuery.answers + ["a , an"]
    for wordings in SceneWordings.allCases {
      texts += frames(wordings).map { text("and", frame: $0, endsWithPlace: false) }
      texts += frames(wordings).map { text("and", frame: $0, endsWithPlace: true) }
      texts += (0..<10).flatMap { DigitCaption.all(of: $0, wordings) }
      texts += queries.flatMap { $0.texts(wordings) }
    }
    texts += ScenePlace.allCases.map(\.description) + SceneRelation.allCases.map(\.description)
    texts += SceneSize.allCases.map(\.description)
    return Set(texts.flatMap(words)).sorted()
  }()

  /// One query for each text that there is, apart from which two things a relation is between.
  private static var queries: [SceneQuery] {
    let kind = SceneCombination(.red, .circle)
    return SceneShape.allCases.flatMap { [.color(of: $0), .countShape($0)] }
      + SceneColor.allCases.flatMap { [.shape(of: $0), .countColor($0)] }
      + SceneWorld.sixBySix.combinations.map { .exists($0) } + [.count]
      + SceneRelation.allCases.map { .relation($0, kind, kind) }
  }
}
