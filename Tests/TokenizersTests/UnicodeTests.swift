import Foundation
import Support
import TestSupport
import Testing

@testable import Tokenizers

/// Composition, decomposition and lower case come from the project's own tables and equal those of tokenizers.
struct UnicodeTests {
  /// What `make_unicode_tables.py` recorded.
  private struct Recording: Decodable {
    /// For each 4,096 characters a CRC-32, by kind of mapping.
    let checksums: [String: [UInt32]]
    /// Text, NFC and NFD.
    let cases: [[String]]
  }

  private func composed(_ text: String) -> [UInt32] { normalized(text, .composed) }

  private func normalized(_ text: String, _ normalizer: Normalizer) -> [UInt32] {
    var bytes = Array(text.utf8)
    normalizer.normalize(&bytes)
    return scalars(String(decoding: bytes, as: UTF8.self))
  }

  /// What stands before a character and behind it, as in `company` of `Scripts/make_unicode_tables.py`.
  private static let company = [
    ("", ""), ("a", "\u{323}\u{301}"), ("e\u{301}", "\u{323}b"), ("", "\u{338}"), ("a\u{315}\u{300}\u{5ae}", "b"),
    ("a", "\u{315}\u{300}\u{5ae}b"), ("\u{ac00}", ""), ("\u{1100}", "\u{11a8}"), ("\u{f71}", ""),
  ]

  static let forms: [(String, Normalizer, [(String, String)])] = [
    ("nfc", .composed, company), ("nfd", .decomposed, company), ("lower", .lowercased, [("", "\u{3a3}")]),
  ]

  /// All 1,112,064 characters; most texts of Unicode's NormalizationTest are among them.
  @Test(arguments: forms) func everyCharacterAloneAndInCompanyGivesTheRecordedChecksum(
    _ name: String, _ normalizer: Normalizer, _ company: [(String, String)]
  ) throws {
    let sums = try #require(try decoded(Recording.self, "unicode.json").checksums[name])
    #expect(sums.count == 272)
    // A zero lets nothing pass between the texts, so they can be one.
    let company = company.map { (Array($0.utf8), Array($1.utf8) + [0]) }
    for (block, sum) in sums.enumerated() {
      var text: [UInt8] = []
      text.reserveCapacity(4096 * 100)
      for value in UInt32(block * 4096)..<UInt32(block * 4096 + 4096) {
        guard let scalar = Unicode.Scalar(value) else { continue }
        for (before, behind) in company {
          text += before
          text.append(scalar)
          text += behind
        }
      }
      normalizer.normalize(&text)
      let found = text.withUnsafeBytes(CRC32.of)
      #expect(found == sum, "4,096 characters from U+\(String(block * 4096, radix: 16))")
    }
  }

  /// Also when composition and decomposition begin with a text that is composed or decomposed already.
  @Test func theSpecialCasesOfUnicodesNormalizationTestHold() throws {
    let cases = try decoded(Recording.self, "unicode.json").cases
    #expect(cases.count > 50)
    for texts in cases {
      for text in texts {
        #expect(composed(text) == scalars(texts[1]))
        #expect(normalized(text, .decomposed) == scalars(texts[2]))
      }
    }
  }

  @Test func aSyllableTakesItsFinalConsonant() {
    for syllable in stride(from: UInt32(0xAC00), to: 0xD7A4, by: 28) {
      let text = String(String.UnicodeScalarView([Unicode.Scalar(syllable)!, "\u{11A8}"]))
      #expect(composed(text) == [syllable + 1])
    }
    // What stands before the first final consonant is none, and a full syllable takes no other.
    #expect(composed("\u{AC00}\u{11A7}") == [0xAC00, 0x11A7])
    #expect(composed("\u{AC01}\u{11A8}") == [0xAC01, 0x11A8])
  }

  @Test func aCharacterBeyondTheFirstPlaneIsNotTakenForAnother() {
    #expect(composed("\u{20041}\u{300}") == [0x20041, 0x300])
    #expect(composed("\u{11099}\u{110BA}") == [0x1109A])
  }

  @Test(arguments: [1, 30, 63, 64, 65, 1000]) func noMarkIsLost(count: Int) {
    let marks = (0..<count).map { ["\u{345}", "\u{323}", "\u{5AE}"][$0 % 3] }
    let sorted = [0x323, 0x5AE, 0x345].flatMap { mark in
      marks.filter { $0.unicodeScalars.first?.value == mark }.map { _ in mark }
    }
    #expect(normalized("b" + marks.joined(), .decomposed) == [0x62] + sorted)
    #expect(composed("b" + marks.joined()) == (count > 1 ? [0x1E05] + sorted.dropFirst() : [0x62] + sorted))
  }

  @Test func tibetanVowelsAreOrderedByTheirParts() {
    #expect(composed("\u{F73}\u{F75}\u{F81}") == [0xF71, 0xF71, 0xF71, 0xF72, 0xF80, 0xF74])
    #expect(composed("\u{F72}\u{F71}") == [0xF71, 0xF72])
  }

  /// tokenizers stops at Unicode 9, and ids must be the same.
  @Test func laterCharactersStayAsTheyAre() {
    #expect(composed("\u{11935}\u{11930}") == [0x11935, 0x11930])
    #expect(normalized("\u{11938}", .decomposed) == [0x11938])
  }

  @Test func lowerCaseGoesCharacterByCharacter() {
    #expect(normalized("ΟΔΟΣ \u{130} \u{1E9E} ǅ K", .lowercased) == scalars("οδοσ i\u{307} ß ǆ k"))
  }

  @Test func classesDoNotDependOnThePlatform() {
    let expected: [(UInt32, ScalarClass.Properties)] = [
      (0x41, [.letter, .word]), (0x31, [.number, .word]), (0x85, [.space, .bertControl]), (0x3000, .space),
      (0xBD, .number), (0x301, [.word, .bertAccent, .composition]), (0x5F, [.word, .bertPunctuation]),
      (0xFFFD, .bertControl), (0x200B, .bertControl), (0x378, []), (0x1F415, []),
      // Letters of Unicode 16 and 17, and punctuation of Unicode 8 and 9.
      (0x105C0, [.letter, .word]), (0x323B0, []), (0x166D, .bertPunctuation), (0x11649, []),
    ]
    for (value, properties) in expected {
      #expect(ScalarClass.properties(Unicode.Scalar(value)!) == properties, "U+\(String(value, radix: 16))")
    }
  }
}
