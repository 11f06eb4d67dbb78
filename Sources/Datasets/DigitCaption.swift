import Support

/// Captions for the handwritten digits.
public enum DigitCaption {
  /// The digits' names, `zero` to `nine`.
  public static let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

  /// The wordings, in which the digit's name stands for `_`; the first one of training is the canonical.
  ///
  /// Held-out wordings have no word that training wordings have not.
  public static func frames(_ wordings: SceneWordings) -> [String] {
    switch wordings {
    case .training: ["a photo of the digit _", "the digit _", "a picture of a handwritten _", "a handwritten digit _"]
    case .heldOut: ["a handwritten _", "a picture of the digit _", "a photo of a handwritten _"]
    }
  }

  /// The caption of a digit.
  ///
  /// - Parameter frame: an index of ``frames(_:)``.
  public static func text(_ digit: Int, frame: Int = 0, wordings: SceneWordings = .training) -> String {
    let frames = frames(wordings)
    if !names.indices.contains(digit) { reportMisuse("DigitCaption", "a digit is 0 to 9, not \(digit)") }
    if !frames.indices.contains(frame) {
      reportMisuse("DigitCaption", "there are \(frames.count) frames, and none has the index \(frame)")
    }
    return frames[frame].split(separator: " ").map { $0 == "_" ? names[digit] : String($0) }.joined(separator: " ")
  }

  /// All captions of a digit.
  public static func all(of digit: Int, _ wordings: SceneWordings) -> [String] {
    frames(wordings).indices.map { text(digit, frame: $0, wordings: wordings) }
  }
}
