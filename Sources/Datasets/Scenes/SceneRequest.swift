import Support

/// What a text asks a picture to show: things with their colors and shapes and, where it says so, their sizes, their
/// places or the relation of two.
///
/// It is what a drawing is held to, read back from the words of a caption.
/// ```swift
/// let request = try SceneRequest("a photo of a small red ring above a large blue star")
/// request.things.count  // 2
/// request.relation      // above
/// ```
public struct SceneRequest: Sendable, Hashable {
  /// One thing that is asked for.
  public struct Thing: Sendable, Hashable {
    /// Its color and shape.
    public let combination: SceneCombination
    /// Its size; nil if the text leaves it open.
    public let size: SceneSize?
    /// Its field; nil if the text leaves it open.
    public let place: ScenePlace?
  }

  /// The things, in the order of the text.
  public let things: [Thing]
  /// How the first of two things stands to the second; nil if the text leaves it open.
  public let relation: SceneRelation?

  /// Reads a text of the grammar of captions, in any of its frames; each thing may also have a place of its own.
  ///
  /// - Throws: `DataError` that names the word that is not understood, or says that there is no thing or are too many.
  public init(_ text: String) throws(DataError) {
    var words = Self.description(in: SceneGrammar.words(of: text))[...]
    var things: [Thing] = []
    var relation: SceneRelation?
    while true {
      things.append(try Self.thing(&words, text))
      if words.isEmpty { break }
      if let found = words.dropPrefix(of: SceneRelation.allCases) {
        guard things.count == 1 else { throw Self.refusal(text, "a relation is between the first two things") }
        relation = found
      } else {
        let separators = words.prefix { $0 == "," || $0 == "and" }
        if separators.isEmpty, let word = words.first {
          throw Self.refusal(text, "after a thing no '\(word)' is expected")
        }
        words = words.dropFirst(separators.count)
      }
    }
    guard things.count <= 3 else { throw Self.refusal(text, "a scene has one to three things, not \(things.count)") }
    guard relation == nil || things.count == 2 else { throw Self.refusal(text, "a relation is between two things") }
    guard Set(things.map(\.combination)).count == things.count else {
      throw Self.refusal(text, "no two things of a scene have the same color and shape")
    }
    self.things = things
    self.relation = relation
  }

  /// The words inside the longest frame that fits.
  private static func description(in words: [String]) -> [String] {
    var best = words
    for frame in SceneWordings.allCases.flatMap(SceneGrammar.frames) {
      let parts = frame.split(separator: " ").map(String.init)
      guard let gap = parts.firstIndex(of: "_") else { continue }
      let (before, after) = (parts[..<gap], parts[(gap + 1)...])
      guard words.starts(with: before), words.count > parts.count else { continue }
      let end = words.suffix(after.count)
      // Behind a place it is "of the picture".
      guard zip(end, after).allSatisfy({ $0 == $1 || ($0 == "of" && $1 == "in") }) else { continue }
      let inside = Array(words.dropFirst(before.count).dropLast(after.count))
      if inside.count < best.count { best = inside }
    }
    return best
  }

  /// Takes `a small red ring in the middle` from the front.
  private static func thing(_ words: inout ArraySlice<String>, _ text: String) throws(DataError) -> Thing {
    if let word = words.first, word == "a" || word == "an" || word == "the" { words = words.dropFirst() }
    let size = words.dropPrefix(of: SceneSize.allCases)
    guard let color = words.dropPrefix(of: SceneColor.allCases) else {
      throw refusal(text, "\(words.first.map { "'\($0)' is" } ?? "the end is") where a color is expected")
    }
    guard let shape = words.dropPrefix(of: SceneShape.allCases) else {
      throw refusal(text, "\(words.first.map { "'\($0)' is" } ?? "the end is") where a shape is expected")
    }
    return Thing(
      combination: SceneCombination(color, shape), size: size, place: words.dropPrefix(of: ScenePlace.allCases))
  }

  private static func refusal(_ text: String, _ reason: String) -> DataError {
    DataError(.mismatch, reason: "\"\(text)\" is no caption of a scene: \(reason)")
  }
}

extension ArraySlice<String> {
  /// Removes the words of one of several values from the front and returns the value; nil if none stands there.
  fileprivate mutating func dropPrefix<Value: CustomStringConvertible>(of values: [Value]) -> Value? {
    for value in values {
      let words = value.description.split(separator: " ").map(String.init)
      if starts(with: words) {
        self = dropFirst(words.count)
        return value
      }
    }
    return nil
  }
}
