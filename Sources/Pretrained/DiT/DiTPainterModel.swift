import Checkpoints
import Layers
import Tensors

/// Texts as the Diffusion Transformer is given them.
public struct TextStates {
  /// For each token what goes into the text tower's first block, normalized, then the tower's state there, `[B, L, 2·E]`.
  ///
  /// A causal tower that is to find pictures need not keep the words apart: the state at `red` hardly differs from that at
  /// `blue`, and the end of a text says which colors there are rather than which thing has which. The words themselves do.
  public let states: Tensor
  /// The state at the end of each text, `[B, E]`.
  public let summary: Tensor

  /// How many texts there are.
  public var count: Int { summary.shape[0] }

  /// States that were computed before.
  public init(states: Tensor, summary: Tensor) {
    self.states = states
    self.summary = summary
  }

  /// Some of the texts, also several times.
  public subscript(rows: [Int]) -> TextStates {
    TextStates(states: states.indexSelect(rows), summary: summary.indexSelect(rows))
  }

  /// The texts of one after those of the other.
  public static func + (first: TextStates, second: TextStates) -> TextStates {
    TextStates(
      states: .cat([first.states, second.states], dim: 0), summary: .cat([first.summary, second.summary], dim: 0))
  }
}

/// The course's painter: a CLIP's text tower, which is not trained further, and a Diffusion Transformer that it leads.
/// Stable Diffusion is led in the same way (Rombach et al. 2022, section 3.3).
public final class DiTPainterModel: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: DiTConfiguration
  /// CLIP's text tower.
  public let textEncoder: CLIPTextTower
  /// The network that removes noise.
  public let transformer: DiffusionTransformer

  public static let architecture = "DiTPainterModel"
  public static let requirement = "drawing needs the text tower and the transformer"

  /// A model with initial values.
  public init(_ configuration: DiTConfiguration) {
    self.configuration = configuration
    textEncoder = CLIPTextTower(configuration.text)
    transformer = DiffusionTransformer(configuration)
  }

  /// The states of texts. No gradient passes: the tower stays as it is.
  ///
  /// - Parameter ids: tokens, `[B, L]`, each text filled up behind its end; all states are used, also those behind the
  ///   end, as Stable Diffusion does.
  public func encode(_ ids: IntTensor) -> TextStates {
    noGrad {
      let words = textEncoder.tokens(ids).layerNorm(epsilon: Float(configuration.text.layerNormEpsilon))  // [B, L, E]
      let states = textEncoder(ids)  // [B, L, E]
      return TextStates(states: .cat([words, states], dim: -1), summary: textEncoder.pooled(states, ids))
    }
  }

  /// The tokens of the empty text: its beginning, then ends, `[1, L]`.
  package func emptyText(length: Int) -> IntTensor {
    let end = configuration.text.eosTokenID ?? 0
    return IntTensor([[configuration.text.bosTokenID ?? end] + .init(repeating: end, count: length - 1)])
  }

  /// What the transformer computes, with guidance (Ho and Salimans 2022).
  ///
  /// - Parameters:
  ///   - noisy: `[B, C, H, W]`.
  ///   - times: one for each picture.
  ///   - text: what leads the drawing, one text for each picture.
  ///   - empty: the empty text, once.
  ///   - guidance: 1 for the text alone, more for what lies beyond it, away from the empty text.
  /// - Returns: `[B, C, H, W]`.
  public func output(
    _ noisy: Tensor, at times: [Double], _ text: TextStates, empty: TextStates, guidance: Double
  ) -> Tensor {
    if guidance == 1 { return transformer(noisy, at: times, text) }
    let count = noisy.shape[0]
    let texts = text + empty[.init(repeating: 0, count: count)]
    let both = transformer(.cat([noisy, noisy], dim: 0), at: times + times, texts)  // [2·B, C, H, W]
    return guided(both.slice(0..<count, dim: 0), both.slice(count..<2 * count, dim: 0), scale: guidance)
  }
}
