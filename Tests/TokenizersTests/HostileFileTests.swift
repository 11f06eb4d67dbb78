import Foundation
import Support
import Testing

@testable import Tokenizers

/// Damaged files are refused with one line that names the file, the place and the reason; none ends the program.
struct HostileFileTests {
  @Test func whatIsMissingIsNamed() throws {
    #expect(try loadError("/no/such/place") == "/no/such/place: no such directory")
    let directory = try TemporaryDirectory(["notes.txt": "hello"])
    #expect(
      try loadError(directory.path)
        == "\(directory.path): there is no tokenizer here: neither tokenizer.json, vocab.json nor vocab.txt")
    let file = "\(directory.path)/notes.txt"
    #expect(try loadError(file) == "\(file): is not a directory")
    let halfThere = try TemporaryDirectory(["vocab.json": #"{"a": 0}"#])
    #expect(try loadError(halfThere.path) == "\(halfThere.path)/merges.txt: no such file")
    let named = try TemporaryDirectory(["tokenizer_config.json": #"{"tokenizer_class": "BertTokenizer"}"#])
    #expect(try loadError(named.path) == "\(named.path)/vocab.txt: no such file")
  }

  /// Vocabulary, merges, and the message without the directory.
  static let badPairs: [(String, String, String)] = [
    (#"{"a": 0, "b": 1, "ab": 2"#, "", "vocab.json: line 1, column 25: the text ends too early"),
    (#"{"a": 0, "b": 0}"#, "", #"vocab.json: tokens "a" and "b" have the same id 0"#),
    (#"{"a": -1}"#, "", #"vocab.json: token "a" has id -1, which is not in 0..<16777216"#),
    (#"{"a": 1e15}"#, "", #"vocab.json: token "a" has id 1000000000000000, which is not in 0..<16777216"#),
    (#"{"a": 0.5}"#, "", #"vocab.json: token "a": an id is expected, the number 0.5 was found"#),
    (#"{"a": "0"}"#, "", #"vocab.json: token "a": an id is expected, the text "0" was found"#),
    (#"["a"]"#, "", "vocab.json: an object is expected, an array was found"),
    ("{\n \"a\": 0,\n}", "", "vocab.json: line 3, column 1: a key in quotation marks is expected"),
    (#"{"\ud800": 0}"#, "", "vocab.json: line 1, column 9: half of a surrogate pair stands alone in a string"),
    (#"{"a": 0, "b": 1}"#, "a b\n", #"merges.txt: line 1: the vocabulary has no token "ab""#),
    (#"{"a": 0}"#, "#version: 0.2\na c\n", #"merges.txt: line 2: the vocabulary has no token "c""#),
    (
      #"{"a": 0, "aa": 1}"#, "a a\na a a\n",
      #"merges.txt: line 2: two tokens with one space between them are expected, "a a a" was found"#
    ),
    (
      #"{"a": 0, "aa": 1}"#, "a\n",
      #"merges.txt: line 1: two tokens with one space between them are expected, "a" was found"#
    ),
    (
      #"{"a": 0, "aa": 1}"#, "a a\n\na a\n",
      #"merges.txt: line 2: two tokens with one space between them are expected, "" was found"#
    ),
  ]

  @Test(arguments: badPairs) func badVocabulariesAndMergesAreRefused(
    _ vocabulary: String, _ merges: String, _ message: String
  ) throws {
    let directory = try TemporaryDirectory(["vocab.json": vocabulary, "merges.txt": merges])
    #expect(try loadError(directory.path) == "\(directory.path)/\(message)")
  }

  @Test func textThatIsNotUTF8IsRefusedWithItsLine() throws {
    let directory = try TemporaryDirectory(copyOf: "bert_files")
    try directory.write(Data("[UNK]\n[CLS]\nb".utf8) + Data([0xFF, 0xFE]), "vocab.txt")
    #expect(try loadError(directory.path) == "\(directory.path)/vocab.txt: line 3: the text is not UTF-8")
  }

  @Test func aVocabularyWithoutUnknownTokenIsRefused() throws {
    let directory = try TemporaryDirectory(["vocab.txt": "a\nb\n"])
    #expect(
      try loadError(directory.path)
        == #"\#(directory.path)/vocab.txt: the vocabulary has no token "[UNK]" for unknown words"#)
  }

  @Test func deepNestingIsRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    let directory = try TemporaryDirectory(["tokenizer.json": deep])
    #expect(
      try loadError(directory.path)
        == "\(directory.path)/tokenizer.json: line 1, column 257: JSON nests deeper than 256 levels")
  }

  /// A change to a good `tokenizer.json`, and the message.
  static let unsupported: [(String, String, String)] = [
    (#""type":"WordPiece","unk"#, #""type":"WordLevel","unk"#, #"model.type: models of type "WordLevel" are not "#),
    (#"{"type":"NFD"}"#, #"{"type":"Nmt"}"#, #"normalizer.normalizers[0].type: normalizers of type "Nmt" are not s"#),
    (#"{"type":"NFD"}"#, #"{"type":3}"#, "normalizer.normalizers[0].type: a text is expected, the number 3 was found"),
    ("BertPreTokenizer", "Sentence", #"pre_tokenizer.type: pre-tokenizers of type "Sentence" are not supported"#),
    ("BertProcessing", "X", #"post_processor.type: post-processors of type "X" are not supported"#),
    (#""decoder":{"type":"WordPiece""#, #""decoder":{"type":"CTC""#, #"decoder.type: decoders of type "CTC" are not"#),
    (#""sep":["[SEP]",3]"#, #""sep":["[SEP]"]"#, "post_processor.sep: a token and its id are expected"),
    (#""lstrip":false"#, #""lstrip":0"#, "added_tokens[0].lstrip: true or false is expected, the number 0 was found"),
    (#""content":"[PAD]""#, #""contents":"[PAD]""#, "added_tokens[0].content: a text is missing"),
  ]

  @Test(arguments: unsupported) func unknownPartsAreNamed(_ old: String, _ new: String, _ message: String) throws {
    let directory = try TemporaryDirectory(copyOf: "added_tokens")
    let url = URL(fileURLWithPath: directory.path).appendingPathComponent("tokenizer.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    let range = try #require(text.range(of: old), "\(old) is not in the file")
    try directory.write(Data(text.replacingCharacters(in: range, with: new).utf8), "tokenizer.json")
    let error = try loadError(directory.path)
    #expect(error.hasPrefix("\(url.path): \(message)"), "\(error)")
  }

  @Test(arguments: RecordedTests.toys) func everyTruncationOfAJSONFileIsRefused(_ name: String) throws {
    for file in ["tokenizer.json", "vocab.json", "tokenizer_config.json", "special_tokens_map.json"] {
      let url = fixtures.appendingPathComponent("toys/\(name)/\(file)")
      guard let bytes = try? Data(contentsOf: url) else { continue }
      let whole = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      for length in stride(from: 0, to: whole.utf8.count, by: max(1, whole.utf8.count / 60)) {
        let directory = try TemporaryDirectory(copyOf: name)
        try directory.write(bytes.prefix(length), file)
        #expect(try loadError(directory.path).contains("/\(file): "), "\(length) bytes of \(file)")
      }
    }
  }

  /// Ten thousand changes to all kinds of files together. Changed bytes may give another valid tokenizer; it must then
  /// work.
  @Test(arguments: RecordedTests.toys) func changedBytesNeverEndTheProgram(_ name: String) throws {
    var random = SplitMix(seed: 3)
    let url = fixtures.appendingPathComponent("toys/\(name)")
    let files = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0 != "expected.json" }.sorted()
    let directory = try TemporaryDirectory(copyOf: name)
    var refused = 0
    let rounds = 10_000 / RecordedTests.toys.count
    for round in 0..<rounds {
      let file = files[round % files.count]
      let original = try Data(contentsOf: url.appendingPathComponent(file))
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] = Array("0123456789{}[],:\"\\ -e".utf8).randomElement(using: &random) ?? 0
        default: bytes.remove(at: index)
        }
      }
      try directory.write(bytes, file)
      switch Result(catching: { try loadTokenizer(directory: directory.path) }) {
      case .success(let tokenizer):
        let ids = tokenizer.encode("A photo of a dog<|endoftext|> [MASK] 日本").ids
        #expect(ids.allSatisfy { $0 >= 0 })
        _ = tokenizer.decode(ids)
      case .failure(let error):
        refused += 1
        let message = String(describing: error)
        #expect(message.hasPrefix(directory.path) && !message.contains("\n"))
      }
      try directory.write(original, file)
    }
    #expect(refused > 0 && refused < rounds)
  }

  // MARK: Limits

  @Test func onlyFilesOfUsualSizeAreRead() throws {
    let directory = try TemporaryDirectory(["vocab.txt": "[UNK]"])
    let path = "\(directory.path)/vocab.txt"
    // A sparse file: no more than its length is written.
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: 64 << 20 + 1)
    try file.close()
    #expect(try loadError(directory.path) == "\(path): is larger than 67108864 bytes")
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)  // nobody writes into it, so reading would wait for ever
    #expect(try loadError(directory.path) == "\(path): is not a regular file")
  }

  @Test func thereIsALimitOfValues() throws {
    let many = "[" + String(repeating: "0,", count: 4_000_000) + "0]"
    let directory = try TemporaryDirectory(["tokenizer.json": many])
    #expect(try loadError(directory.path).hasSuffix("more than 4000000 JSON values"))
  }

  @Test func thereAreLimitsOfPiecesAndIDs() throws {
    func template(pieces: Int, ids: Int) throws -> SequenceTemplate? {
      let piece = #"{"SpecialToken": {"id": "x", "type_id": 0}}"#
      let text = #"{"Sequence": {"id": "A", "type_id": 0}}"#
      let list = "[" + (Array(repeating: piece, count: pieces - 1) + [text]).joined(separator: ",") + "]"
      let numbers = Array(repeating: "1", count: ids).joined(separator: ",")
      let texts = Array(repeating: "\"x\"", count: ids).joined(separator: ",")
      let file = """
        {"post_processor": {"type": "TemplateProcessing", "single": \(list),
          "pair": [\(text), {"Sequence": {"id": "B", "type_id": 0}}],
          "special_tokens": {"x": {"id": "x", "ids": [\(numbers)], "tokens": [\(texts)]}}}}
        """
      return try TokenizerJSON(try node(file)).template()
    }
    #expect(try template(pieces: 64, ids: 16)?.single.count == 1009)
    for (pieces, ids, message) in [
      (65, 1, "t: post_processor.single: there are more than 64 pieces"),
      (2, 17, "t: post_processor.special_tokens.x: there are more than 16 ids"),
    ] {
      let error = #expect(throws: DataError.self) { try template(pieces: pieces, ids: ids) }
      #expect(error?.description == message)
    }
  }

  /// A template, and the message. Python takes such templates, and every text gives the same tokens or none.
  static let emptyTemplates: [(single: String, pair: String, message: String)] = [
    ("", "A,B", #"single: the text "A" is missing"#), ("x", "A,B", #"single: the text "A" is missing"#),
    ("B", "A,B", #"single: the text "A" is missing"#),
    ("A,B", "A,B", #"single: there is no text "B" where there is one text"#),
    ("A", "", #"pair: both texts, "A" and "B", are expected"#),
    ("A", "x,A", #"pair: both texts, "A" and "B", are expected"#),
    ("A", "A,C", #"pair[1].Sequence.id: "A" or "B" is expected"#),
    ("y,A", "A,B", #"single[0].SpecialToken.id: the special token "y" is not described"#),
  ]

  @Test(arguments: emptyTemplates) func aTemplateWithoutItsTextsIsRefused(
    _ single: String, _ pair: String, _ message: String
  ) throws {
    func pieces(_ list: String) -> String {
      list.split(separator: ",").map { name in
        let kind = name < "a" ? "Sequence" : "SpecialToken"
        return #"{"\#(kind)": {"id": "\#(name)", "type_id": 0}}"#
      }.joined(separator: ",")
    }
    let directory = try TemporaryDirectory(copyOf: "added_tokens")
    let url = URL(fileURLWithPath: directory.path).appendingPathComponent("tokenizer.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    let start = try #require(text.range(of: #""post_processor":"#))
    let end = try #require(text.range(of: #""decoder":"#))
    let template = """
      {"type": "TemplateProcessing", "single": [\(pieces(single))], "pair": [\(pieces(pair))],
        "special_tokens": {"x": {"id": "x", "ids": [1], "tokens": ["x"]}}},
      """
    try directory.write(
      Data((text[..<start.upperBound] + template + text[end.lowerBound...]).utf8), "tokenizer.json")
    #expect(try loadError(directory.path) == "\(url.path): post_processor.\(message)")
  }

  @Test func thereIsALimitOfStages() throws {
    func normalizer(stages: Int) throws -> Normalizer? {
      let list = Array(repeating: #"{"type": "NFC"}"#, count: stages).joined(separator: ",")
      let text = #"{"normalizer": {"type": "Sequence", "normalizers": [\#(list)]}}"#
      return try TokenizerJSON(try node(text)).normalizer()
    }
    #expect(try normalizer(stages: 64) != nil)
    let error = #expect(throws: DataError.self) { try normalizer(stages: 65) }
    #expect(error?.description == "t: normalizer.normalizers: there are more than 64 stages")
  }

  /// Python, which reads these settings in transformers, writes numbers that JSON does not have.
  @Test func numbersOfPythonAreReadInSettings() throws {
    let directory = try TemporaryDirectory(copyOf: "bert_files")
    try directory.write(
      Data(#"{"tokenizer_class": "BertTokenizer", "model_max_length": Infinity, "a": NaN, "b": -Infinity}"#.utf8),
      "tokenizer_config.json")
    #expect(try loadTokenizer(directory: directory.path).modelMaxLength == nil)
    try directory.write(
      Data(#"{"tokenizer_class": "BertTokenizer", "model_max_length": NaN}"#.utf8), "tokenizer_config.json")
    #expect(
      try loadError(directory.path)
        == "\(directory.path)/tokenizer_config.json: model_max_length: a positive number is expected")
  }
}
