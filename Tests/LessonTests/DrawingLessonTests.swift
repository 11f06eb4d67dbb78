import CourseKit
import Foundation
import Images
import TestSupport
import Testing

/// The lesson that draws: the reader's own sentence.
@Suite struct DrawingLessonTests {
  private func run(_ arguments: [String]) throws -> Subprocess {
    try Subprocess.capture(BuiltPrograms.path(of: "Lesson13_TextToImage"), arguments, timeout: 120)
  }

  @Test func aSentenceIsDrawnAsJSON() throws {
    let texts = ["a large red circle on the left", "a blue star"]
    let asked = ["--prompt", texts[0], "--prompt", texts[1], "--steps", "2", "--seed", "3", "--json"]
    let result = try run(asked)
    #expect(result.ending == .exited(0) && result.errorText.isEmpty, "\(result.errorText)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.outputText.utf8)) as? [String: Any])
    #expect(object.keys.sorted() == ["drawn", "pixels", "prompts", "right", "seeds"])
    #expect(object["prompts"] as? [String] == texts && object["seeds"] as? [Int] == [3, 3])
    let pixels = try #require(object["pixels"] as? [[Int]])
    #expect(pixels.map(\.count) == [3072, 3072] && pixels.joined().allSatisfy { (0...255).contains($0) })
    #expect(try run(asked).output == result.output)
    // A drawing depends on its own text and seed alone.
    let alone = try run(["--prompt", texts[1], "--steps", "2", "--seed", "3", "--json"])
    let other = try #require(try JSONSerialization.jsonObject(with: Data(alone.outputText.utf8)) as? [String: Any])
    #expect(other["pixels"] as? [[Int]] == [pixels[1]])
  }

  @Test func ofSeveralCandidatesOneIsKept() throws {
    func object(_ arguments: [String]) throws -> [String: Any] {
      let result = try run(["--prompt", "a small red ring at the top", "--json"] + arguments)
      #expect(result.ending == .exited(0) && result.errorText.isEmpty, "\(result.errorText)")
      return try #require(try JSONSerialization.jsonObject(with: Data(result.outputText.utf8)) as? [String: Any])
    }
    let best = try object(["--candidates", "3", "--seed", "5"])
    let seed = try #require((best["seeds"] as? [Int])?.first)
    #expect((5...7).contains(seed))
    let same = try object(["--seed", "\(seed)"])
    #expect(same["pixels"] as? [[Int]] == best["pixels"] as? [[Int]])
  }

  @Test func theDrawingIsWrittenAsAFile() throws {
    let figures = try TemporaryFolder()
    let result = try run(["--prompt", "a red ring at the top", "--steps", "2", "--figures", figures.url.path])
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(result.outputText.contains("Figure drawing ("))
    let drawn = try ImageFile(contentsOf: figures.path("lesson13-drawing.png")).upright
    #expect(drawn.width == 256 && drawn.height == 256)
  }

  private static let tooLong = [String](repeating: "a red ring", count: 6).joined(separator: " and ")
  private static let refusals: [([String], Int32, String)] = [
    (["--prompt", "a red dog"], 1, "dog"), (["--prompt", " "], 64, "it has no words"),
    (["--prompt", "a red ring", "--steps", "0"], 64, "from 1 to 1000"),
    (["--prompt", "a red ring", "--guidance", "-1"], 64, "from 0 to 100"),
    (["--prompt", "a red ring", "--candidates", "0"], 64, "from 1 to 100"),
    (["--steps", "3"], 64, "need '--prompt <text>'"),
    (["--prompt", "a red ring", "--model", "nowhere"], 1, "no such directory"),
    (["--prompt", tooLong], 1, "tokens"),
  ]

  @Test(arguments: refusals)
  func whatCannotBeDrawnIsRefusedInOneLine(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let result = try run(arguments)
    #expect(result.ending == .exited(status), "\(result.errorText)")
    #expect(result.output.isEmpty, "\(result.outputText)")
    #expect(result.errorText.contains(words), "\(result.errorText)")
    if status == 1 { #expect(result.errorText.filter(\.isNewline).count == 1, "\(result.errorText)") }
  }
}
