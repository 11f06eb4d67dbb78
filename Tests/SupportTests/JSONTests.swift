import Support
import TestSupport
import Testing

/// Parses JSON by the standard's rules unless others are given.
private func parse(_ text: String, options: JSON.Options = .init()) throws -> JSON {
  try TestSupport.parse(text, options: options)
}

private func object(_ text: String) throws -> JSON.Object { try #require(try parse(text).members) }

@Suite struct JSONTests {
  @Test func valuesOfEachKindAreRead() throws {
    let text = #" {"a": [1, -2, 3.5, 1e-05, 2.6592], "b": {"c": null}, "d": true, "e": false, "f": "x"} "#
    let members = try object(text)
    #expect(members["a"] == .array([.integer(1), .integer(-2), .number(3.5), .number(1e-5), .number(2.6592)]))
    #expect(members["b"]?.members?["c"] == .null)
    #expect(members["d"] == .bool(true))
    #expect(members["e"] == .bool(false))
    #expect(members["f"] == .string("x"))
    #expect(members.members.map(\.key) == ["a", "b", "d", "e", "f"])
  }

  @Test func numbersAreExact() throws {
    #expect(try parse("1e-12") == .number(1e-12))
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try parse("0.1") == .number(0.1))
    #expect(try parse("-0") == .integer(0))
    #expect(try parse("1E+2") == .number(100))
  }

  @Test func escapesAreDecoded() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00\u0000""#) == .string("\"\\/\u{8}\u{C}\n\r\té😀\0"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
    "{1:1}",
    "tru", "nul", "True", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1 2",
    "[] []",
    "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\n\"",
    "\"\\\n\"", "\"a\\", "\"\\u", "\"\\ud83d\\u", "\"\\ud83d\\", "{\"a\" 1}", "[1 2]", "{,}", "[,]", "\u{FEFF}1", "'a'",
    "1e999", "/* */ 1", "[1}", "{\"a\":1]",
  ])
  func textThatIsNotJSONIsRefused(_ text: String) {
    #expect(throws: DataError.self) { try parse(text) }
  }

  @Test func everyPrefixOfADocumentIsRefused() throws {
    let text = Array(#"{"a": [1.5, "é\n\ud83d\ude00", {"b": null}], "c": [true, false, -1e-3]}"#.utf8)
    _ = try JSON(parsing: text, file: nil)
    for count in 0..<text.count {
      #expect(throws: DataError.self, "\(count) bytes") { try JSON(parsing: Array(text.prefix(count)), file: nil) }
    }
  }

  @Test func errorsGiveLineAndColumnOrTheByteOfABinaryFile() throws {
    expectError(.malformed, "test.json: line 3, column 1: a key in quotation marks is expected") {
      try parse("{\n \"a\": 0,\n}")
    }
    expectError(.malformed, "line 1, column 4: the text ends too early") { try parse("[1,") }
    expectError(.malformed, "line 2, column 3: the text is not UTF-8") {
      try JSON(parsing: Array("[\n \"".utf8) + [0xFF] + Array("\"]".utf8), file: "f")
    }
    expectError(.malformed, "line 1, column 3: a control character in a string must be escaped") {
      try parse("\"a\u{1}\"")
    }
    let error = #expect(throws: DataError.self) {
      try Array("[1 2]".utf8).withUnsafeBytes { try JSON(parsing: $0, file: "f", offset: 8) }
    }
    #expect(error?.description == "f: byte 11: a comma or the array's end is expected")
  }

  @Test func equalKeysAreRefusedInSmallAndLargeObjects() throws {
    expectError(.malformed, "line 1, column 9: the key \"a\" occurs twice") { try parse(#"{"a":1, "a":2}"#) }
    expectError(.malformed, "occurs twice") { try parse(#"{"a":1, "\u0061":2}"#) }
    let members = (0..<100).map { "\"k\($0)\":\($0)" }
    let large = try object("{\(members.joined(separator: ","))}")
    for index in 0..<100 { #expect(large["k\(index)"] == .integer(index)) }
    #expect(large["k100"] == nil)
    expectError(.malformed, "the key \"k3\" occurs twice") { try parse("{\(members.joined(separator: ",")),\"k3\":0}") }
  }

  /// Unicode has two spellings of "é": one character, or an "e" and an accent. Swift takes these texts for equal.
  @Test func keysAreComparedByTheirBytes() throws {
    for filling in ["", (0..<20).map { "\"k\($0)\":0," }.joined()] {
      let members = try object("{\(filling)\"\u{E9}\":1, \"e\u{301}\":2}")
      #expect(members["\u{E9}"] == .integer(1))
      #expect(members["e\u{301}"] == .integer(2))
      #expect(try JSON.object(members) != parse("{\(filling)\"e\u{301}\":1, \"\u{E9}\":2}"))
    }
  }

  /// As `json.loads` has it: `{"a":1,"a":2}` is `{"a": 2}`, and what JSON has no numbers for is read all the same.
  @Test func settingsAreReadAsPythonReadsThem() throws {
    func python(_ text: String) throws -> JSON { try parse(text, options: .settings) }
    let members = try #require(try python(#"{"a":1, "b":0, "a":[2], "a":3}"#).members)
    #expect(members.members.map(\.key) == ["a", "b"])
    #expect(members["a"] == .integer(3))
    let many = (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(try python("{\(many),\"k3\":-1}").members?["k3"] == .integer(-1))
    let infinities = [JSON.number(.infinity), .number(-.infinity), .number(.infinity)]
    #expect(try python("[Infinity, -Infinity, 1e999]") == .array(infinities))
    #expect(try python(#""a\ud800b\udc00\ud800\u0041""#) == .string("a\u{FFFD}b\u{FFFD}\u{FFFD}A"))
    guard case .number(let value) = try python("NaN") else {
      Issue.record("not a number")
      return
    }
    #expect(value.isNaN)
    for text in ["nan", "Nan", "NaNa", "Inf", "-Inf", "+Infinity", "-NaN", "True", "\u{FEFF}1"] {
      #expect(throws: DataError.self, "\(text)") { try python(text) }
    }
  }

  @Test func membersWithEqualKeysCanBeKept() throws {
    var options = JSON.Options()
    options.duplicates = .kept
    for filling in ["", (0..<20).map { "\"k\($0)\":0," }.joined()] {
      let members = try #require(try parse("{\"a\":1,\(filling)\"a\":2}", options: options).members)
      #expect(members.members.count { $0.key == "a" } == 2)
      #expect(members["a"] == .integer(2))
    }
  }

  @Test func aByteOrderMarkCanBeAccepted() throws {
    var options = JSON.Options()
    options.acceptsByteOrderMark = true
    #expect(try parse("\u{FEFF}[1]", options: options) == .array([.integer(1)]))
    #expect(throws: DataError.self) { try parse("\u{FEFF}", options: options) }
    #expect(throws: DataError.self) { try parse("\u{FEFF}\u{FEFF}1", options: options) }
  }

  @Test func limitsHold() {
    expectError(.tooLarge, "line 1, column 65: JSON nests deeper than 64 levels") {
      try parse(String(repeating: "[", count: 5_000_000))
    }
    expectError(.tooLarge, "64 levels") { try parse(String(repeating: "{\"a\":", count: 500_000)) }
    var options = JSON.Options()
    options.valueLimit = 10
    expectError(.tooLarge, "more than 10 JSON values") { try parse("[1,2,3,4,5,6,7,8,9,10]", options: options) }
    options.byteLimit = 3
    expectError(.tooLarge, "exceed the limit of 3") { try parse("[1,2]", options: options) }
    expectError(.tooLarge, "1,024 characters") { try parse(String(repeating: "1", count: 100_000)) }
  }

  /// Work that grows with the square of the size would take minutes here.
  @Test(arguments: [JSON.Options.Duplicates.refused, .lastCounts, .kept])
  func manyMembersAreRead(_ duplicates: JSON.Options.Duplicates) throws {
    var options = JSON.Options()
    options.duplicates = duplicates
    let text = "{" + (0..<400_000).map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
    #expect(try parse(text, options: options).members?.members.count == 400_000)
  }

  @Test func whatIsWrittenReadsBack() throws {
    let text = #"{"b":[1,2.5,1e-05,[],{}],"a":{"x":null,"y":"é\n\u0001\""},"c":true}"#
    let value = try parse(text)
    let written = """
      {
        "a": {
          "x": null,
          "y": "é\\n\\u0001\\""
        },
        "b": [
          1,
          2.5,
          1e-05,
          [],
          {}
        ],
        "c": true
      }
      """
    #expect(value.text() == written)
    #expect(try parse(written).text() == written)
    let ordered = """
      {
        "b": [
          1,
          2.5,
          1e-05,
          [],
          {}
        ],
        "a": {
          "x": null,
          "y": "é\\n\\u0001\\""
        },
        "c": true
      }
      """
    #expect(value.text(.ordered) == ordered)
    #expect(try parse(ordered) == value)
    #expect(value.text(.line) == #"{"b": [1, 2.5, 1e-05, [], {}], "a": {"x": null, "y": "é\n\u0001\""}, "c": true}"#)
    #expect(try parse("[[1, 2], []]").text(.ordered) == "[\n  [1, 2],\n  []\n]")
    #expect(try parse("{}").text(.ordered) == "{}")
  }

  @Test func numbersThatAreNotFiniteReadBack() throws {
    let values = JSON.array([.number(.infinity), .number(-.infinity), .number(.nan)])
    #expect(values.text(.line) == "[Infinity, -Infinity, NaN]")
    #expect(try parse(values.text(), options: .settings).text(.line) == values.text(.line))
  }

  @Test func aLineCannotCommandATerminal() throws {
    let text = "a\u{1B}[2J\u{9B}\u{202E}é👩‍👧\"\\"
    let line = JSON.string(text).text(.line)
    #expect(line == #""a\u001b[2J\u009b\u202eé👩‍👧\"\\""#)
    #expect(try parse(line) == .string(text))
  }

  @Test func memberOrderIsThatOfBytes() {
    // U+FF5E is before U+1F600 as a scalar and in UTF-8, but after it in UTF-16.
    let value: JSON = ["\u{1F600}": 1, "\u{FF5E}": 2, "a": 3]
    #expect(value.text() == "{\n  \"a\": 3,\n  \"\u{FF5E}\": 2,\n  \"\u{1F600}\": 1\n}")
  }

  @Test func nodesSayWhereTheyAre() throws {
    let root = JSONNode(try parse(#"{"a": {"b": [1, "x", 2.0, 0.5]}, "c": null}"#), file: "f")
    let list = try root["a"]["b"].elements()
    #expect(try list[0].integer() == 1)
    #expect(try list[1].string() == "x")
    #expect(try list[2].integer() == 2)
    #expect(try root["c"].bool(default: true))
    #expect(root["c"].isNull && root["d"].isNull && root["a"]["b"]["x"].isNull)
    func message<Value>(_ read: () throws(DataError) -> Value) -> String {
      do {
        return "\(try read())"
      } catch {
        return error.description
      }
    }
    #expect(message(list[3].integer) == "f: a.b[3]: an integer is expected, the number 0.5 was found")
    #expect(message(list[0].string) == "f: a.b[0]: a text is expected, the number 1 was found")
    #expect(message(root["a"]["z"].string) == "f: a.z: a text is missing")
    #expect(message(root.elements) == "f: an array is expected, an object was found")
    #expect(
      message { () throws(DataError) in try root["a"]["b"].bool(default: true) }
        == "f: a.b: true or false is expected, an array was found")
  }
}
