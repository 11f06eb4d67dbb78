import Testing

@testable import Weaver

@Suite struct DeclarationTests {
  private static let text = #"""
    import Tensors

    /// A layer.
    ///
    /// With two lines.
    @MainActor
    public final class Dense<T>: Module where T: Sendable {
      let weight: Tensor, bias: Tensor
      /// How wide } it is.
      var width: Int {
        get { weight.shape[0] }
      }
      var names: [String] = ["a", "{"].map { $0 }
        .filter { !$0.isEmpty }

      init(width: Int, _ height: Int = { 3 }()) { self.width = width }
      // A note.
      class func make() -> Dense { let inner = "func hidden() {"; return Dense(width: 1, 2) }
      public func callAsFunction(_ x: Tensor) -> Tensor {
        func helper() {}
        return x.matmul(weight)
      }

      enum Kind: String {
        case plain, fancy = "x"
        indirect case nested(Kind)
      }
    }

    extension Dense.Kind {
      static func == (a: Self, b: Self) -> Bool { true }
      func softmax(dim: Int) -> String { "\(names.map { "}" })" }
      func softmax(_ x: Float, over dims: [Int] = [1, 2], then f: (Int) -> Int) -> Int { 0 }
    }

    protocol Drawing { func draw(at x: Int) throws
      var size: Int { get } }

    func clipLoss(
      _ logits: Tensor
    ) -> Tensor {
      logits
    }
    let π = 3.0
      + 0.14
    """#

  private let found = Declarations(text)

  private func lines(_ name: String) -> [ClosedRange<Int>] { found.named(name).map(\.lines) }

  @Test func aDeclarationComesWithItsDocumentationAndAttributes() {
    #expect(lines("Dense") == [3...28])
    #expect(lines("Dense.width") == [9...12])
    #expect(lines("clipLoss") == [39...43])
  }

  @Test func membersAreFoundByTheirTypeAndByThemselves() {
    #expect(lines("Dense.callAsFunction") == [19...22])
    #expect(lines("callAsFunction") == [19...22])
    #expect(lines("Dense.init") == [16...16])
    #expect(lines("make") == [18...18])
    #expect(lines("Drawing.size") == [37...37])
    #expect(lines("Drawing.draw") == [36...36])
    #expect(lines("Dense.Kind.nested") == [26...26])
  }

  @Test func aValueGoesOnWhereItsLinesDo() {
    #expect(lines("names") == [13...14])
    #expect(lines("π") == [44...45])
  }

  @Test func labelsTellOverloadsApart() {
    #expect(lines("Kind.softmax").count == 2)
    #expect(lines("softmax(dim:)") == [32...32])
    #expect(lines("softmax(_:over:then:)") == [33...33])
    #expect(lines("softmax(over:)").isEmpty)
  }

  @Test func theTypeItselfGoesBeforeItsExtensions() {
    #expect(lines("Kind") == [24...27])
    #expect(Declarations("extension Tensor {\n  func a() {}\n}").named("Tensor").map(\.lines) == [1...3])
  }

  @Test func whatStandsInAFunctionOrAStringIsNotFound() {
    for name in ["helper", "hidden", "inner", "Missing", "", "."] { #expect(lines(name).isEmpty, "\(name)") }
  }

  @Test func textThatIsNoSwiftIsTakenApartToItsEnd() {
    for text in [
      "func", "struct {", "class", "\"\"\"", "/* /* */", "init(", "let", "#\"", "`", "extension", "}}}}{", "\"\\(",
    ] {
      let tokens = SwiftTokens(text)
      #expect(tokens.tokens.last.map { $0.range.upperBound == text.utf8.count } ?? false, "\(text)")
      _ = Declarations(text)
    }
  }

  @Test func tokensAreOfTheirKind() {
    let tokens = SwiftTokens(##"let x = #"a"b"# + "\(f("c"))" // d"##)
    let texts = tokens.tokens.map { tokens.text(of: $0) }
    #expect(texts == ["let", "x", "=", ##"#"a"b"#"##, "+", #""\(f("c"))""#, "// d"])
    #expect(tokens.tokens.map(\.kind) == [.word, .word, .punctuation, .string, .punctuation, .string, .comment])
    let numbers = SwiftTokens("1_000 0x1F 1e-05 2.5.rounded() 3...4")
    #expect(
      numbers.tokens.filter { $0.kind == .number }.map { numbers.text(of: $0) }
        == ["1_000", "0x1F", "1e-05", "2.5", "3", "4"])
  }
}
