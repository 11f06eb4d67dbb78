/// The characters of Unicode that stand for commands and scripts of LaTeX.
enum MathSymbols {
  /// Commands that are one symbol.
  static let symbols: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "star": "⋆", "circ": "∘", "odot": "⊙",
    "otimes": "⊗", "oplus": "⊕", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "sim": "∼", "equiv": "≡", "propto": "∝", "ll": "≪", "gg": "≫", "in": "∈", "notin": "∉", "subset": "⊂",
    "subseteq": "⊆", "cup": "∪", "cap": "∩", "setminus": "∖", "emptyset": "∅", "forall": "∀", "exists": "∃",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "mapsto": "↦", "Rightarrow": "⇒", "Leftrightarrow": "⇔",
    "leftrightarrow": "↔", "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫",
    "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖", "langle": "⟨",
    "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "top": "⊤", "bot": "⊥", "prime": "′",
    "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "colon": ":", "lbrace": "{", "rbrace": "}", "neg": "¬",
    "wedge": "∧", "vee": "∨", "quad": "\u{2003}", "qquad": "\u{2003}\u{2003}",
  ]

  /// Commands that are names of functions.
  static let functions: Set<String> = [
    "log", "ln", "exp", "sin", "cos", "tan", "tanh", "min", "max", "arg", "argmax", "det", "dim", "lim", "Pr", "sup",
    "inf", "gcd", "deg",
  ]

  static let accents = [
    "hat": "\u{302}", "widehat": "\u{302}", "bar": "\u{304}", "overline": "\u{304}", "tilde": "\u{303}",
    "dot": "\u{307}", "vec": "\u{20D7}",
  ]

  static let doubled: [Character: Character] = [
    "C": "ℂ", "E": "𝔼", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ", "1": "𝟙",
  ]

  /// A capital in script: 𝓛.
  static func script(_ character: Character) -> Character {
    guard let letter = character.asciiValue, ("A"..."Z").contains(character),
      let scalar = Unicode.Scalar(0x1D4D0 + UInt32(letter - UInt8(ascii: "A")))
    else { return character }
    return Character(scalar)
  }

  private static let upper = table(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤βγδϕφχ′",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀᵝᵞᵟᵠᵠᵡ′")
  private static let lower = table("0123456789+−=()aehijklmnoprstuvxβγρϕφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵩᵪ")

  private static func table(_ plain: String, _ scripts: String) -> [Character: Character] {
    Dictionary(zip(plain, scripts)) { first, _ in first }
  }

  /// A text as an upper script, nil if a character has no such form.
  static func raised(_ text: String) -> String? { mapped(text, upper) }

  /// A text as a lower script, nil if a character has no such form.
  static func lowered(_ text: String) -> String? { mapped(text, lower) }

  private static func mapped(_ text: String, _ table: [Character: Character]) -> String? {
    var result = ""
    for character in text where character != " " {
      guard let script = table[character] else { return nil }
      result.append(script)
    }
    return result
  }

  private static let scripts = Set(upper.values).union(lower.values)

  /// Whether a character is an upper or lower script, or one of their marks.
  static func isScript(_ character: Character) -> Bool { scripts.contains(character) }
}
