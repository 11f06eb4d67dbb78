import Support
import Tensors

/// Attention with several heads (Vaswani et al. 2017, section 3.2.2; `nn.MultiheadAttention` with `batch_first=True`).
///
/// B, T, S, E, H stand for batch, queries, keys, width and heads.
public final class MultiheadAttention: Module {
  /// The projections of queries, keys and values, one below the other: `[3E, E]`.
  public let inProjWeight: Tensor
  /// `[3E]`, zeros at first.
  public let inProjBias: Tensor
  /// The projection of the joined heads.
  public let outProj: Linear
  private let headCount: Int
  /// The share of attention weights that is dropped while training, from 0 to 1.
  public var dropout: Double {
    didSet { requireProbability(dropout, "MultiheadAttention") }
  }

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - embedDim: E, the width of the tokens; must divide by the heads.
  ///   - headCount: H, how many heads share the width.
  ///   - dropout: the share of attention weights that is dropped while training, from 0 to 1.
  public init(embedDim: Int, headCount: Int, dropout: Double = 0) {
    if embedDim <= 0 || headCount <= 0 || embedDim % headCount != 0 {
      reportMisuse("MultiheadAttention", "width \(embedDim) does not divide among \(headCount) heads")
    }
    requireProbability(dropout, "MultiheadAttention")
    (outProj, inProjWeight, inProjBias) = calling("MultiheadAttention", ("width", [embedDim])) {
      // PyTorch draws the output projection first, bias included, and then sets that bias to zero.
      let outProj = Linear(embedDim, embedDim)
      let inProjWeight = Initialization.uniform(
        [3 * embedDim, embedDim], bound: Initialization.xavierUniformBound(fanIn: embedDim, fanOut: 3 * embedDim))
      return (outProj, inProjWeight, Initialization.constant([3 * embedDim], 0))
    }
    if !Initialization.isSkipped { outProj.bias?.assign(.zeros([embedDim])) }
    self.headCount = headCount
    self.dropout = dropout
  }

  /// Attention of a sequence to itself.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - mask: added to the scores, not multiplied: 0 where a query may attend to a key and -∞ where it must not, as
  ///     ``Tensor/attentionMask(visible:)`` makes it; broadcasts to `[B, H, T, T]`.
  ///   - isCausal: whether token t attends only to the tokens up to t.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    check([("tokens", x)])
    return calling("MultiheadAttention", ("input", x.shape), mask.map { ("mask", $0.shape) }) {
      let projections = x.linear(weight: inProjWeight, bias: inProjBias)  // [B, T, 3E]
      return outProj(
        .selfAttention(
          projections, headCount: headCount, mask: mask, isCausal: isCausal, dropout: isTraining ? dropout : 0))
    }
  }

  /// Attention of one sequence to another.
  ///
  /// - Parameters:
  ///   - query: `[B, T, E]`.
  ///   - memory: what keys and values are made of, `[B, S, E]`.
  ///   - mask: added to the scores, 0 or -∞; broadcasts to `[B, H, T, S]`.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ query: Tensor, memory: Tensor, mask: Tensor? = nil) -> Tensor {
    check([("queries", query), ("memory", memory)])
    return calling(
      "MultiheadAttention", ("input", query.shape), ("memory", memory.shape), mask.map { ("mask", $0.shape) }
    ) {
      let e = outProj.weight.shape[0]
      let q = query.linear(weight: inProjWeight[0..<e], bias: inProjBias[0..<e]).splitHeads(headCount)
      let kv = memory.linear(weight: inProjWeight[e..<3 * e], bias: inProjBias[e..<3 * e])  // [B, S, 2E]
        .chunk(2, dim: -1).map { $0.splitHeads(headCount) }
      let mixed = Tensor.scaledDotProductAttention(
        query: q, key: kv[0], value: kv[1], mask: mask, dropout: isTraining ? dropout : 0)
      return outProj(mixed.joinHeads())  // [B, H, T, E/H] to [B, T, E]
    }
  }

  /// The attention weights of a sequence, without dropout, `[B, H, T, T]`: how much each token, a row, attends to each.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - mask: added to the scores, 0 or -∞; broadcasts to `[B, H, T, T]`.
  ///   - isCausal: whether token t attends only to the tokens up to t.
  public func attentionWeights(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    check([("tokens", x)])
    return calling("MultiheadAttention", ("input", x.shape), mask.map { ("mask", $0.shape) }) {
      noGrad {
        let parts = x.linear(weight: inProjWeight, bias: inProjBias)  // [B, T, 3E]
          .chunk(3, dim: -1).map { $0.splitHeads(headCount) }
        return Tensor.scaledDotProductAttentionWithWeights(
          query: parts[0], key: parts[1], value: parts[2], mask: mask, isCausal: isCausal
        ).weights
      }
    }
  }

  private func check(_ inputs: [(name: String, x: Tensor)]) {
    let width = inProjWeight.shape[1]
    for (name, x) in inputs where x.rank != 3 || x.shape[2] != width || x.shape[0] != inputs[0].x.shape[0] {
      reportMisuse(
        "MultiheadAttention",
        "\(name) of shape \(x.shape), not [batch, tokens, \(width)]"
          + (inputs.count > 1 ? " (\(inputs.map { "\($0.name) \($0.x.shape)" }.joined(separator: ", ")))" : ""))
    }
  }
}

extension Tensor {
  /// `[B, T, E]` as `[B, H, T, E/H]`, for H heads.
  package func splitHeads(_ count: Int) -> Tensor { reshape(shape[0], shape[1], count, -1).transpose(1, 2) }

  /// `[B, H, T, E/H]` as `[B, T, E]`.
  package func joinHeads() -> Tensor { transpose(1, 2).flatten(from: 2) }
}
