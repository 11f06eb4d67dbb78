import CourseKit

extension LessonEntry {
  /// The name of its page without an ending: `04-vit`, `06-pretrained-clip`.
  public var pageName: String {
    let name = Array(target.drop { $0 != "_" }.dropFirst())
    var words = ""
    for (index, character) in name.enumerated() {
      // `PretrainedCLIP` is two words, `ViT` is one.
      let beginsWord = character.isUppercase && index > 0 && name[index - 1].isLowercase && index + 1 < name.count
      words += (beginsWord ? "-" : "") + character.lowercased()
    }
    return "\(paddedNumber)-\(words)"
  }

  /// Path of its page from the package's root.
  public var page: String { "\(Weaver.folder)/\(pageName).md" }

  /// Its title as a heading: `4. Vision Transformer (ViT)`.
  var heading: String { "\(number). \(title)" }

  /// The name of a figure's file: `lesson04-loss.svg`, and for narrow screens `lesson04-loss.narrow.svg`.
  func fileName(ofFigure name: String, _ fileExtension: String) -> String {
    "lesson\(paddedNumber)-\(name).\(fileExtension)"
  }
}
