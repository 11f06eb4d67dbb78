import CourseKit
import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// Runs `Tests/SampleMistakes`, which is compiled as a lesson is and makes one of many mistakes.
  @Suite struct MistakeLineTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SampleMistakes")

    /// Where each mistake stands, by its number.
    private static func places() throws -> [(number: String, place: String)] {
      var places: [(String, String)] = []
      for file in ["main.swift", "Second.swift"] {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
          guard let mark = line.range(of: "// MISTAKE ") else { continue }
          places.append((String(line[mark.upperBound...].prefix { $0 != " " }), "SampleMistakes/\(file):\(index + 1)"))
        }
      }
      return places
    }

    @Test func theMessageNamesTheLearnersOwnLineWhereverTheMistakeStands() throws {
      let places = try Self.places()
      #expect(places.count == 51)
      for (number, place) in places {
        let result = try Subprocess.capture(BuiltPrograms.path(of: "SampleMistakes"), [number], timeout: 60)
        #expect(result.ending == .exited(1))
        #expect(result.errorText.hasPrefix("error: ") && result.errorText.hasSuffix(" (at \(place))\n"))
        #expect(result.errorText.count { $0 == "\n" } == 1)
      }
    }

    /// Finding the line takes about as long as starting the program, and not a look through all of its tables.
    @Test func theMessageComesAtOnce() throws {
      let program = BuiltPrograms.path(of: "SampleMistakes")
      func shortest(_ number: String) throws -> Double {
        let seconds = try (0..<5).map { _ in try Subprocess.capture(program, [number], timeout: 60).seconds }
        return try #require(seconds.min())
      }
      let withoutMistake = try shortest("51")
      #expect(try shortest("0") < 10 * withoutMistake)
    }
  }
#endif
