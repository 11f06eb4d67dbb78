import Foundation

/// The random checkpoints of `Tests/Fixtures`, each put together with its tokenizer as a published model has them, and
/// what transformers answers with them.
public enum TaskFixture {
  /// What transformers answers, by checkpoint; `make_tasks.py` recorded it.
  public static func expected() throws -> Fixture { try Fixture("tasks/expected.json") }

  /// The pictures asked about, in the order of the answers: two photographs and a gradient, as PNG files.
  public static let pictures: [String] = {
    let sources = Fixture.url("").deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
    let photos = ["chelsea.png", "coffee.png"].map { sources.appending(path: "Datasets/Resources/\($0)") }
    return (photos + [Fixture.url("processors/grad_50x37.png")]).map(\.path)
  }()

  /// Copies a checkpoint's settings and weights and its tokenizer, which may lie beside them, into one new folder.
  public static func directory(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for source in [Fixture.url(name), Fixture.url("tasks/\(name)")]
    where FileManager.default.fileExists(atPath: source.path) {
      for file in try FileManager.default.contentsOfDirectory(at: source, includingPropertiesForKeys: nil) {
        let copied = file.lastPathComponent
        if ["inputs", "expected", "answers"].contains(where: copied.hasPrefix) || copied.hasSuffix(".bin") { continue }
        try FileManager.default.copyItem(at: file, to: folder.url.appending(path: copied))
      }
    }
    return folder
  }
}

extension Fixture {
  /// The parts of a list.
  public var elements: [Fixture] { (0..<count).map { self[$0] } }

  /// The texts of a list.
  public var texts: [String] { elements.map(\.text) }

  /// The whole numbers of a list of lists.
  public var rows: [[Int]] { elements.map(\.integers) }
}
