import Tensors
import Testing

@testable import Checkpoints

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
  }

  @Test func escapesAreDecoded() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000""#) == .string("\"\\/\u{8}\u{C}\n\r\té😀\0"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
    "{1:1}",
    "tru", "nul", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1 2", "[] []",
    "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\n\"",
    "{\"a\" 1}", "[1 2]", "{,}", "[,]", "\u{FEFF}1", "'a'", "1e999", "/* */ 1",
  ])
  func textThatIsNotJSONIsRefused(_ text: String) {
    #expect(throws: CheckpointError.self) { try parse(text) }
  }

  @Test func duplicateKeysAreRefusedInSmallAndLargeObjects() throws {
    expectError(.malformed, "byte 8: the key \"a\" occurs twice") { try parse(#"{"a":1, "a":2}"#) }
    expectError(.malformed, "occurs twice") { try parse(#"{"a":1, "\u0061":2}"#) }
    let members = (0..<100).map { "\"k\($0)\":\($0)" }
    let large = try object("{\(members.joined(separator: ","))}")
    for index in 0..<100 { #expect(large["k\(index)"] == .integer(index)) }
    #expect(large["k100"] == nil)
    expectError(.malformed, "the key \"k3\" occurs twice") { try parse("{\(members.joined(separator: ",")),\"k3\":0}") }
  }

  /// As `json.loads` has it: `{"a":1,"a":2}` is `{"a": 2}`, and what JSON has no numbers for is read all the same.
  @Test func settingsAreReadAsPythonReadsThem() throws {
    func python(_ text: String) throws -> JSON { try parse(text, limits: .settings) }
    let members = try #require(try python(#"{"a":1, "b":0, "a":[2], "a":3}"#).members)
    #expect(members.members.map(\.key) == ["a", "b"])
    #expect(members["a"] == .integer(3))
    let many = (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(try python("{\(many),\"k3\":-1}").members?["k3"] == .integer(-1))
    let infinities = [JSON.number(.infinity), .number(-.infinity), .number(.infinity)]
    #expect(try python("[Infinity, -Infinity, 1e999]") == .array(infinities))
    guard case .number(let value) = try python("NaN") else {
      Issue.record("not a number")
      return
    }
    #expect(value.isNaN)
    for text in ["nan", "Nan", "NaNa", "Inf", "-Inf", "+Infinity", "-NaN", "True"] {
      #expect(throws: CheckpointError.self, "\(text)") { try python(text) }
    }
  }

  @Test func limitsHold() {
    expectError(.tooLarge, "64 levels") { try parse(String(repeating: "[", count: 5_000_000)) }
    expectError(.tooLarge, "64 levels") { try parse(String(repeating: "{\"a\":", count: 500_000)) }
    expectError(.tooLarge, "more than 10 JSON values") {
      try parse("[1,2,3,4,5,6,7,8,9,10]", limits: .init(byteCount: 100, depth: 2, valueCount: 10))
    }
    expectError(.tooLarge, "exceed the limit of 3") {
      try parse("[1,2]", limits: .init(byteCount: 3, depth: 2, valueCount: 10))
    }
    expectError(.tooLarge, "1,024 characters") { try parse(String(repeating: "1", count: 100_000)) }
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
    #expect(value.text == written)
    #expect(try parse(written).text == written)
  }

  @Test func textFromAFileCannotBreakAMessage() {
    let error = CheckpointError(.malformed, file: "f", place: quoted("a\nb\u{1B}[31m\u{202E}"), reason: "is odd")
    #expect(error.description == #"f: "a\u{a}b\u{1b}[31m\u{202e}": is odd"#)
    #expect(quoted(String(repeating: "x", count: 10_000)).count == 123)
  }
}
