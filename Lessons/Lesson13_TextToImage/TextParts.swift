import Datasets
import Evaluation
import Images
import Notebook
import Pretrained
import Tensors

/// Held-out scenes of two things that differ in color and in shape.
func twoThingScenes(_ count: Int, seed: Int) -> [Scene] {
  let scenes = Scenes(split: .heldOut, objectCounts: 2...2, seed: seed)
  return Array(
    (0...).lazy.map { scenes[$0] }.filter { scene in
      let (first, second) = (scene.objects[0], scene.objects[1])
      return first.color != second.color && first.shape != second.shape
    }.prefix(count))
}

/// The captions of ``twoThingScenes(_:seed:)``.
func twoThingCaptions(_ count: Int, seed: Int) -> [String] { twoThingScenes(count, seed: seed).map(\.canonicalCaption) }

/// A change of a caption of two things, such as "a large red ring above a small blue star".
enum TextChange: CaseIterable, CustomStringConvertible {
  case color, shape, colorsExchanged, thingsExchanged

  var description: String {
    switch self {
    case .color: "another color"
    case .shape: "another shape"
    case .colorsExchanged: "both colors exchanged"
    case .thingsExchanged: "both things exchanged"
    }
  }

  /// The changed captions.
  func applied(to captions: [String]) -> [String] { captions.map(applied) }

  /// The changed caption; a new color or shape is one that the caption does not have.
  func applied(to caption: String) -> String {
    var words = caption.split(separator: " ").map(String.init)
    /// The positions of a thing's words, and the words that are not there.
    func find(_ names: [String]) -> (places: [Int], others: [String]) {
      (words.indices.filter { names.contains(words[$0]) }, names.filter { !words.contains($0) })
    }
    let colors = find(SceneColor.allCases.map(\.description))
    let shapes = find(SceneShape.allCases.map(\.description))
    switch self {
    case .color: words[colors.places[0]] = colors.others[0]
    case .shape: words[shapes.places[0]] = shapes.others[0]
    case .colorsExchanged: words.swapAt(colors.places[0], colors.places[1])
    case .thingsExchanged:
      // Size, color and shape stand side by side.
      for offset in -1...1 { words.swapAt(colors.places[0] + offset, colors.places[1] + offset) }
    }
    return words.joined(separator: " ")
  }
}

/// How far the vectors of texts move when the texts are changed, mean over the texts.
struct Movement {
  /// The distance between the ends.
  let end: Double
  /// The mean distance of the states at the tokens that differ, and the largest of all states, those behind the end, too.
  let states, largest: Double
  /// The mean distance of the words that differ.
  let words: Double

  /// - Parameter changed: as many texts, each of as many tokens as its original.
  init(_ painter: Painter, _ originals: [String], _ changed: [String]) {
    let (first, second) = (
      Notebook.require(try painter.task.encode(originals)), Notebook.require(try painter.task.encode(changed))
    )
    func distances(_ a: Tensor, _ b: Tensor) -> [Double] {
      ((a - b) * (a - b)).sum(dim: -1).sqrt().scalars.map(Double.init)
    }
    let (a, b) = (first.states.chunk(2, dim: -1), second.states.chunk(2, dim: -1))  // words and states, [B, L, E]
    let (words, states) = (distances(a[0], b[0]), distances(a[1], b[1]))  // [B · L]
    let length = first.states.shape[1]
    let rows = originals.indices.map { row in row * length..<(row + 1) * length }
    let differing = rows.map { row in row.filter { words[$0] > 1e-3 } }
    func meanAt(_ values: [Double]) -> Double { mean(differing.map { places in mean(places.map { values[$0] }) }) }
    end = mean(distances(first.summary, second.summary))
    self.states = meanAt(states)
    largest = mean(rows.map { row in row.map { states[$0] }.max() ?? 0 })
    self.words = meanAt(words)
  }
}

/// What the movements say.
///
/// - Parameter moves: for each ``TextChange``.
func bindingNote(_ moves: [Movement]) -> String {
  let (color, colors, things) = (moves[0], moves[2], moves[3])
  func fixed(_ value: Double) -> String { Format.fixed(value, decimals: 2) }
  let finding =
    if things.end < color.end / 2, colors.end > color.end / 2 {
      "it says which things there are, also which color belongs to which shape, but hardly which of them stands where"
    } else if things.end < color.end / 2 {
      "it says which colors and shapes there are, but hardly what belongs together and where it stands"
    } else {
      "it says what there is and where"
    }
  return """
    The end moves by \(fixed(color.end)) when one thing gets another color, by \(fixed(colors.end)) when the two colors are \
    exchanged, and by \(fixed(things.end)) when the two things are: \(finding). The vector that leads all blocks is made of it. At \
    a color's own token the state moves by \(fixed(color.states)) for another color, the word by \(fixed(color.words)). When the \
    things are exchanged, the states do move, the one that moves most by \(fixed(things.largest)): a state has seen the words \
    before it.
    """
}

/// Drawings of texts some of whose parts are those of other texts.
struct TextCrossing {
  /// What the painter is given of a text.
  enum Part { case words, states, end }

  private let painter: Painter
  private let captions, others: [String]
  private let own, other: TextStates
  private let seed: Int

  /// - Parameter others: as many texts, which ask for something else with as many tokens.
  init(_ painter: Painter, _ captions: [String], _ others: [String], seed: Int) {
    (self.painter, self.captions, self.others, self.seed) = (painter, captions, others, seed)
    own = Notebook.require(try painter.task.encode(captions))
    other = Notebook.require(try painter.task.encode(others))
  }

  /// The shares of drawings that are all right by the first text and by the other one.
  struct Share {
    /// From 0 to 1.
    let own, other: Double
  }

  /// Draws with some parts of the other texts and all other parts of the first ones.
  func share(_ exchanged: Set<Part>) -> Share {
    func text(_ part: Part) -> TextStates { exchanged.contains(part) ? other : own }
    let words = text(.words).states.chunk(2, dim: -1)[0]  // [B, L, E]
    let states = text(.states).states.chunk(2, dim: -1)[1]  // [B, L, E]
    let texts = TextStates(states: .cat([words, states], dim: -1), summary: text(.end).summary)
    let drawings = painter(texts, seed: seed)
    return Share(own: judged(drawings, captions).share(), other: judged(drawings, others).share())
  }
}

/// What the crossed texts say.
///
/// - Parameter rows: with nothing, the end, the states, states and end, the words, and all three from the other text.
func crossingNote(_ rows: [(things: TextCrossing.Share, colors: TextCrossing.Share)]) -> String {
  let (states, words) = (rows[3].things, rows[4].things)
  func percent(_ share: Double) -> String { Format.percent(share, decimals: 1) }
  let finding =
    if words.other > 2 * words.own, states.own > 2 * states.other {
      "So the words decide which thing stands where; states and end cannot turn it around."
    } else if states.other > 2 * states.own, words.own > 2 * words.other {
      """
      So CLIP's states and end decide which thing stands where, and the words cannot turn it around, though foreign words do harm. With \
      the states alone of the other text \(percent(rows[2].things.other)) show it. The distances of 13.6 did not say that: they \
      show how far apart vectors lie, not what a training makes of them. The words may have helped at its beginning only, and the \
      longer training may have learned to read the states; a painter without words, trained as long, would tell, and was \
      not trained.
      """
    } else {
      """
      So neither decides alone which thing stands where: if the two contradict each other, \
      \(words.own + words.other + states.own + states.other == 0 ? "no drawing shows" : "few drawings show") either text.
      """
    }
  let (colorStates, colorWords) = (rows[2].colors, rows[4].colors)
  let colors =
    colorStates.other > 0.5 && colorWords.own > 0.5
    ? """
    With both colors exchanged the states decide: with those of the other text \(percent(colorStates.other)) show it, with its words \
    \(percent(colorWords.own)) still show the first. The distances of 13.6 did not say that: a color's own state hardly says the \
    color, but the states behind it have seen it. Whether the words were needed only a painter without them, trained as long, \
    would tell; none was trained.
    """
    : ""
  let end =
    rows[1].colors.own < rows[1].things.own / 2
    ? """
    The end of the other text alone disturbs little if things are exchanged (\(percent(rows[1].things.own)) stay as the first text \
    says), and much if colors are (\(percent(rows[1].colors.own))), as its distances in 13.6 suggest; it turns no drawing around.
    """
    : ""
  return """
    Both things exchanged: with the words of the other text and the rest of the first \(percent(words.other)) of the drawings show \
    the other text and \(percent(words.own)) the first; with states and end of the other text it is \(percent(states.other)) and \
    \(percent(states.own)). \(finding) \(colors) \(end)
    """
}
