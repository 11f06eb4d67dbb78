import Foundation
import Support
import Testing

@testable import Tokenizers

/// Every kind of tokenizer gives 5,000 tricky strings the ids, and these the texts, that transformers gives.
///
/// The strings are made here as `make_tokenizer_strings.py` makes them; the recording has a checksum for each hundred.
struct TrickyStringTests {
  private static let folder = fixtures.appendingPathComponent("../tokenizer_strings").standardizedFileURL

  private struct Parts: Decodable {
    let words: [String]
    let specials: [String]
    let sequences: [String]
    let ranges: [[UInt32]]
    let spaces: [String]
  }

  private struct Recording: Decodable {
    struct Sums: Decodable {
      let ids: [UInt32]
      let decoded: [UInt32]
      let skipped: [UInt32]
    }
    let strings: [UInt32]
    let tokenizers: [String: Sums]
  }

  private static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The strings of the script's `strings`, from the same random numbers in the same order.
  private static func strings(seed: UInt64, count: Int) throws -> [String] {
    let parts = try read(Parts.self, "parts.json")
    var random = SplitMix(seed: seed)
    func next(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    func choose<Element>(_ list: [Element]) -> Element { list[next(list.count)] }
    func character(_ bounds: [UInt32]) -> Unicode.Scalar {
      Unicode.Scalar(bounds[0] + UInt32(next(Int(bounds[1] - bounds[0])))) ?? "\u{FFFD}"
    }
    func part() -> String {
      switch next(100) {
      case ..<38: return choose(parts.words)
      case ..<46: return choose(parts.specials)
      case ..<60: return choose(parts.sequences)
      case ..<78:
        let bounds = choose(parts.ranges)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<(1 + next(6)) { scalars.append(character(bounds)) }
        return String(scalars)
      case ..<84:
        let letter = character(choose(parts.ranges))
        return String(repeating: String(letter), count: 1 + next(30))
      case ..<90:
        let digits = 1 + next(12)
        return String(next((0..<digits).reduce(1) { product, _ in product * 10 }))
      case ..<98:
        let first = choose(parts.words)
        return first + choose(parts.words)
      default:
        let word = choose(parts.words)
        return String(repeating: word, count: 10 + next(40))
      }
    }
    return (0..<count).map { _ in
      var text = ""
      for _ in 0..<next(12) {
        text += part()
        if next(10) < 7 { text += choose(parts.spaces) }
      }
      return text
    }
  }

  /// A checksum for each hundred rows of bytes.
  private static func sums(_ rows: [[UInt8]]) -> [UInt32] {
    stride(from: 0, to: rows.count, by: 100).map { start in
      Array(rows[start..<min(start + 100, rows.count)].joined()).withUnsafeBytes(CRC32.of)
    }
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  private static func bytes(_ ids: [Int]) -> [UInt8] {
    ids.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } } + [255, 255, 255, 255]
  }

  private static let texts = Result { try strings(seed: 18, count: 5000) }

  /// The tokenizers of this recording, and those of the older one.
  static let toys: [String] = {
    let places = [folder.appendingPathComponent("toys"), fixtures.appendingPathComponent("toys")]
    return places.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0.path)) ?? [] }.sorted()
  }()

  private static func directory(_ name: String) -> String {
    let new = folder.appendingPathComponent("toys/\(name)").path
    return FileManager.default.fileExists(atPath: new) ? new : fixtures.appendingPathComponent("toys/\(name)").path
  }

  @Test func theStringsAreThoseOfThePythonScript() throws {
    let recording = try Self.read(Recording.self, "digests.json")
    #expect(Self.sums(try Self.texts.get().map(Self.bytes)) == recording.strings)
    #expect(Self.toys == recording.tokenizers.keys.sorted())
  }

  @Test(arguments: toys) func idsAndTextsEqualTransformers(_ name: String) throws {
    let expected = try #require(try Self.read(Recording.self, "digests.json").tokenizers[name])
    let tokenizer = try loadTokenizer(directory: Self.directory(name))
    let ids = try Self.texts.get().map { tokenizer.encode($0).ids }
    #expect(Self.sums(ids.map(Self.bytes)) == expected.ids)
    #expect(Self.sums(ids.map { Self.bytes(tokenizer.decode($0)) }) == expected.decoded)
    #expect(Self.sums(ids.map { Self.bytes(tokenizer.decode($0, skipSpecialTokens: true)) }) == expected.skipped)
  }

  // MARK: Damaged files

  static let files = [
    ("siglip_spiece", "spiece.model"), ("siglip_bytes", "spiece.model"), ("siglip_json", "tokenizer.json"),
    ("xlmr_files", "sentencepiece.bpe.model"), ("stages", "tokenizer.json"), ("siglip2", "tokenizer.json"),
  ]

  /// Changed bytes may give another valid tokenizer; it must then work.
  @Test(arguments: files) func changedBytesNeverEndTheProgram(_ name: String, _ file: String) throws {
    var random = SplitMix(seed: 5)
    let directory = try TemporaryDirectory()
    let url = URL(fileURLWithPath: Self.directory(name))
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path) {
      try directory.write(Data(contentsOf: url.appendingPathComponent(name)), name)
    }
    let original = try Data(contentsOf: url.appendingPathComponent(file))
    var refused = 0
    for round in 0..<300 {
      var bytes = original
      if round % 6 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try directory.write(bytes, file)
      switch Result(catching: { try loadTokenizer(directory: directory.path) }) {
      case .success(let tokenizer):
        let ids = tokenizer.encode("A photo of a ﬁne dog ½\u{301}</s> \u{2003}日本 ガ").ids
        _ = tokenizer.decode(ids)
      case .failure(let error):
        refused += 1
        let message = String(describing: error)
        #expect(message.hasPrefix(directory.path) && !message.contains("\n"))
      }
    }
    #expect(refused > 0)
  }

  /// A unigram model, and the message.
  static let badModels: [(String, String)] = [
    (#"{"type": "Unigram", "unk_id": 0, "vocab": []}"#, "model.vocab: the vocabulary is empty"),
    (#"{"type": "Unigram", "vocab": [["a", 0]]}"#, "model.unk_id: the number of the piece for unknown text is missing"),
    (
      #"{"type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]}"#,
      "model.vocab: the piece for unknown text is number 1, but there are 1 pieces"
    ),
    (#"{"type": "Unigram", "unk_id": 0, "vocab": [["a", NaN]]}"#, "model.vocab[0]: the score is not a finite number"),
    (#"{"unk_id": 0, "vocab": [["a", 0], ["b"]]}"#, "model.vocab[1]: a piece and its score are expected"),
    (#"{"type": "Unigram", "unk_id": 0, "vocab": {"a": 0}}"#, "model.vocab: an array of pieces and scores is expected"),
    (
      #"{"type": "Unigram", "unk_id": 0, "vocab": [["\#(String(repeating: "a", count: 1025))", 0]]}"#,
      "model.vocab[0]: the piece has 1025 bytes, more than 1024"
    ),
  ]

  @Test(arguments: badModels) func badUnigramModelsAreRefused(_ model: String, _ message: String) throws {
    let directory = try TemporaryDirectory(["tokenizer.json": #"{"model": \#(model)}"#])
    #expect(try loadError(directory.path) == "\(directory.path)/tokenizer.json: \(message)")
  }

  /// A normalizer or another stage, and the message.
  static let badStages: [(String, String, String)] = [
    (
      "normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "!"}"#,
      "normalizer.precompiled_charsmap: this is not Base64"
    ),
    (
      "normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#,
      "normalizer.precompiled_charsmap: the map of characters is cut off"
    ),
    (
      "normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "CAAAAAAAAAA="}"#,
      "normalizer.precompiled_charsmap: the map of characters is cut off: its tree of 8 bytes does not fit"
    ),
    (
      "normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAD/"}"#,
      "normalizer.precompiled_charsmap: the replacements in the map of characters are not UTF-8"
    ),
    (
      "normalizer", #"{"type": "Replace", "pattern": {"Regex": "(a|b)*"}, "content": ""}"#,
      #"normalizer.pattern.Regex: the expression "(a|b)*" is not supported"#
    ),
    (
      "normalizer", #"{"type": "Replace", "pattern": {"String": ""}, "content": ""}"#,
      "normalizer.pattern.String: the text to look for is empty"
    ),
    (
      "pre_tokenizer", #"{"type": "Metaspace", "replacement": "__"}"#,
      #"pre_tokenizer.replacement: one character is expected, "__" was found"#
    ),
    (
      "pre_tokenizer", #"{"type": "Metaspace", "prepend_scheme": "last"}"#,
      #"pre_tokenizer.prepend_scheme: "always", "first" or "never" is expected"#
    ),
    (
      "pre_tokenizer", #"{"type": "Split", "pattern": {"String": "a"}, "behavior": "Dropped"}"#,
      #"pre_tokenizer.behavior: splitting with behavior "Dropped" is not supported"#
    ),
    (
      "pre_tokenizer",
      #"{"type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "Metaspace", "prepend_scheme": "first"}]}"#,
      #"pre_tokenizer.pretokenizers[1].prepend_scheme: "first" is supported only where nothing has split the text before"#
    ),
  ]

  @Test(arguments: badStages) func badStagesAreRefused(_ stage: String, _ value: String, _ message: String) throws {
    let directory = try TemporaryDirectory([
      "tokenizer.json": #"{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 0]]}, "\#(stage)": \#(value)}"#
    ])
    #expect(try loadError(directory.path) == "\(directory.path)/tokenizer.json: \(message)")
  }

  /// A tree in which a byte leads back to where it was: a text of such bytes is not walked through for ever.
  @Test func aTreeThatLeadsBackEnds() throws {
    // Unit 0 sends "a" to unit 0x61, which sends it back to unit 0x61 again.
    var bytes = [UInt8](repeating: 0, count: 4 + 128 * 4 + 1)
    bytes[1] = 2  // 512 bytes
    bytes[4 + 0x61 * 4] = 0x61
    let map = try CharacterMap(bytes, complaint: { DataError(reason: $0) })
    var text = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
    map.rewrite(&text)
    #expect(text.count == 100_000)
    #expect(map.longestReplacement(in: text, at: 0) == nil)
  }

  /// A map that replaces the first byte of a character leaves the character whole.
  @Test func aMapThatEndsWithinACharacterReplacesNothing() throws {
    // Unit 0 sends the byte 0xC3 to unit 0xC3. There a string ends, and the offset 0x200 leads to where its replacement is.
    var bytes = [UInt8](repeating: 0, count: 4 + 1024 * 4)
    (bytes[1], bytes[4 + 0xC3 * 4], bytes[4 + 0xC3 * 4 + 1]) = (16, 0xC3, 1)
    let offset = UInt32(0x200) << 10
    for shift in 0..<4 { bytes[4 + 0xC3 * 4 + shift] |= UInt8(truncatingIfNeeded: offset >> UInt32(8 * shift)) }
    let map = try CharacterMap(bytes + Array("x".utf8) + [0], complaint: { DataError(reason: $0) })
    #expect(map.longestReplacement(in: [0xC3], at: 0)?.length == 1)
    #expect(map.longestReplacement(in: Array("é".utf8), at: 0) == nil)
    #expect(map.longestReplacement(in: Array("aé".utf8), at: 1) == nil)
  }

  /// Stages that each make a text longer, one behind the other, would make it as long as memory goes.
  @Test(arguments: [
    ("normalizer", "normalizers", #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaa"}"#),
    ("normalizer", "normalizers", #"{"type": "Prepend", "prepend": "aaaaaaaa"}"#),
    ("pre_tokenizer", "pretokenizers", #"{"type": "Metaspace", "prepend_scheme": "always"}"#),
    ("decoder", "decoders", #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaa"}"#),
  ]) func stagesThatMultiplyATextAreRefused(_ stage: String, _ list: String, _ step: String) throws {
    func directory(_ count: Int) throws -> TemporaryDirectory {
      let steps = [String](repeating: step, count: count).joined(separator: ", ")
      return try TemporaryDirectory([
        "tokenizer.json": """
        {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 0]]},
         "\(stage)": {"type": "Sequence", "\(list)": [\(steps)]}}
        """
      ])
    }
    let two = try directory(2)
    #expect(try loadTokenizer(directory: two.path).vocabularySize == 1)
    let many = try directory(20)
    #expect(
      try loadError(many.path)
        == "\(many.path)/tokenizer.json: \(stage): the stages together could make a text more than 4096 times as long")
  }

  @Test func sentencePieceFilesAreNamedWithTheirFault() throws {
    let configuration = #"{"tokenizer_class": "SiglipTokenizer"}"#
    let empty = try TemporaryDirectory(["tokenizer_config.json": configuration])
    #expect(try loadError(empty.path) == "\(empty.path)/spiece.model: no such file")
    let text = try TemporaryDirectory(["tokenizer_config.json": configuration, "spiece.model": "hello"])
    #expect(try loadError(text.path).hasPrefix("\(text.path)/spiece.model: byte "))
    let nothing = try TemporaryDirectory(["tokenizer_config.json": configuration, "spiece.model": ""])
    #expect(try loadError(nothing.path) == "\(nothing.path)/spiece.model: there is no piece for unknown text")
  }

  /// SentencePiece refuses these, too; a piece that is there twice would have one id that stands for no text.
  @Test(arguments: [
    ([("<unk>", 2), ("a", 1), ("a", 1)], "piece 2: the piece \"a\" is there twice"),
    ([("<unk>", 2), ("a", 1), ("<unk>", 3)], "piece 2: the piece \"<unk>\" is there twice"),
    ([("<unk>", 2), ("", 1)], "piece 1: the piece is empty"),
    ([("<unk>", 2), ("a", 1), ("<other>", 2)], "piece 2: there is a piece for unknown text already"),
  ]) func sentencePieceFilesDefineAPieceOnce(_ pieces: [(String, UInt8)], _ fault: String) throws {
    // Field 1 of the model is a piece: its text is field 1, its kind field 3.
    let bytes = pieces.flatMap { text, kind in
      let piece = [0x0A, UInt8(text.utf8.count)] + Array(text.utf8) + [0x18, kind]
      return [0x0A, UInt8(piece.count)] + piece
    }
    let directory = try TemporaryDirectory([
      "tokenizer_config.json": #"{"tokenizer_class": "SiglipTokenizer"}"#,
      "spiece.model": String(decoding: bytes, as: UTF8.self),
    ])
    #expect(try loadError(directory.path) == "\(directory.path)/spiece.model: \(fault)")
  }

  // MARK: Behavior

  @Test func sigLIPPadsWithItsEndToSixtyFour() throws {
    let tokenizer = try loadTokenizer(directory: Self.directory("siglip_spiece"))
    #expect(tokenizer.modelMaxLength == 64)
    let encodings = try tokenizer.encode(
      batch: ["A photo, of a DOG!", String(repeating: "dog ", count: 100)], padding: .modelMaxLength,
      truncation: .modelMaxLength)
    #expect(encodings.map(\.count) == [64, 64])
    #expect(encodings[0].ids == tokenizer.encode("a photo of a dog").ids + Array(repeating: 1, count: 58))
    #expect(encodings[1].ids.last == 1)
    #expect(tokenizer.encode("a dog</s>").ids == tokenizer.encode("a dog").ids)
  }

  /// Of two ways to spell a text, SentencePiece's single precision cannot tell which is better, and the first one counts.
  @Test func sumsAreAsPreciseAsInEachLibrary() throws {
    let pieces = [("?", 0.0), ("a", -16_777_216), ("b", -1.5), ("ab", -16_777_218)].enumerated().map { index, piece in
      Unigram.Piece(text: piece.0, score: piece.1, kind: index == 0 ? .unknown : .normal)
    }
    for (source, ids) in [(Unigram.Source.tokenizerJSON, [1, 2]), (.sentencePiece, [3])] {
      let model = try Unigram(
        pieces, unknownID: 0, fallsBackToBytes: false, source: source, complaint: { DataError(reason: $1) })
      var found: [Int] = []
      Array("ab".utf8).withUnsafeBufferPointer { model.encode($0, into: &found) }
      #expect(found == ids)
    }
  }

  @Test func timeIsLinearInTheLengthOfTheText() throws {
    for name in ["siglip_spiece", "siglip_json", "xlmr_files", "siglip2", "stages"] {
      let tokenizer = try loadTokenizer(directory: Self.directory(name))
      for unit in ["a", "dog ", "é", "日", "a\u{301}", "▁", "  ", "Σ"] {
        func time(_ count: Int) -> Double {
          let text = String(repeating: unit, count: count)
          func processorTime() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
          }
          return (0..<2).map { _ in
            let start = processorTime()
            _ = tokenizer.encode(text)
            return processorTime() - start
          }.min() ?? 0
        }
        // Linear time gives 4, quadratic time 16.
        var ratio = Double.infinity
        for _ in 0..<6 where ratio > 9 { ratio = min(ratio, time(20_000) / time(5_000)) }
        #expect(ratio <= 9, "\(name), \(unit.debugDescription)")
      }
    }
  }
}
