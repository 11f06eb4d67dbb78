import Testing
import Weaver

@Suite struct MathTextTests {
  /// Formulas of the lessons.
  @Test(arguments: [
    (#"H \times W \times C"#, "H × W × C"), (#"N = HW / P^2"#, "N = HW / P²"), (#"y = x W^\top + b"#, "y = x Wᵀ + b"),
    (#"\mathrm{softmax}\Bigl(\frac{Q K^\top}{\sqrt{d}}\Bigr) V"#, "softmax((Q Kᵀ)/√d) V"),
    (#"-\frac{1}{N}\sum_{ij}\log\sigma(z_{ij}(L_{ij} + b))"#, "−1/N ∑ᵢⱼ log σ(zᵢⱼ(Lᵢⱼ + b))"),
    (#"L(w) = \frac{1}{n} \sum_i (x_i \cdot w - y_i)^2"#, "L(w) = 1/n ∑ᵢ (xᵢ · w − yᵢ)²"),
    (#"\frac{x - \mathrm{mean}(x)}{\sqrt{\mathrm{variance}(x) + 10^{-5}}}"#, "(x − mean(x))/√(variance(x) + 10⁻⁵)"),
    (#"\frac{\exp(s \; i \cdot t_k)}{\sum_j \exp(s \; i \cdot t_j)}"#, "exp(s i · tₖ)/(∑ⱼ exp(s i · tⱼ))"),
    (#"\frac{\partial L}{\partial s_{ij}}"#, "∂L/∂sᵢⱼ"), (#"r_{l-1} \prod_{i<l} s_i"#, "rₗ₋₁ ∏_(i<l) sᵢ"),
    (#"\log \frac{e^{s \cos_{ii}}}{2N}"#, "log (e^(s cosᵢᵢ))/(2N)"), (#"Q = X W_Q, \quad K"#, "Q = X W_Q,    K"),
    (#"P^\mathrm{row}_{ii}"#, "Pᵢᵢʳᵒʷ"), (#"\mathrm{softmax\ of\ each\ row}"#, "softmax of each row"),
    (#"\log p(w_t \mid w_{<t}, \text{picture})"#, "log p(wₜ | w_(<t), picture)"), (#"e^{\text{loss}}"#, "eˡᵒˢˢ"),
    (#"\max_q \cos(q_i, t_j) / \tau"#, "max_q cos(qᵢ, tⱼ) / τ"), (#"\mathcal{L} \in \mathbb{R}^n"#, "𝓛 ∈ ℝⁿ"),
    (#"\left. \hat{y} \right|_0"#, "ŷ |₀"), (#"\nabla L"#, "∇L"), (#"\sqrt d"#, "√d"), (#"a \le b \ne c"#, "a ≤ b ≠ c"),
  ])
  func aFormulaIsReadable(latex: String, text: String) {
    #expect(MathText.text(latex) == text)
  }

  @Test(arguments: [(#"\foo{x y} + 1"#, #"\foo{x y} + 1"#), (#"a \zeug b"#, #"a \zeug b"#), (#"100\%"#, "100%")])
  func whatIsUnknownStays(latex: String, text: String) {
    #expect(MathText.text(latex) == text)
  }

  @Test func aFormulaOfSeveralLinesKeepsThem() {
    #expect(MathText.lines("\\begin{aligned} a &= b \\\\ c &= d\n\\end{aligned}") == ["a = b", "c = d"])
    #expect(MathText.text(#"a \\ b"#) == "a; b")
  }

  @Test(arguments: [
    "", "{", "}", "\\", "^", "_{", "\\frac", "\\frac{", "\\sqrt[", "\\left", "}{}{", "\\text{", "&", "x_",
  ])
  func anyTextIsAFormula(latex: String) {
    #expect(!MathText.text(latex).contains("\u{200B}"))
  }
}
