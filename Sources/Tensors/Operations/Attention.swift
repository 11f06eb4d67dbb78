// Scaled dot-product attention, in one operation: softmax(q kᵀ · scale + mask) v (Vaswani et al. 2017, section 3.2.1).

import Support

extension Tensor {
  /// Each query attends to all keys: it takes the mean of the values, weighted by the softmax of its scores.
  ///
  /// B, H, T, S and D stand for batch, heads, queries, keys and the width of a head.
  ///
  /// - Parameters:
  ///   - query: `[B, H, T, D]`.
  ///   - key: `[B, H, S, D]`.
  ///   - value: `[B, H, S, D]`.
  ///   - mask: added to the scores before the softmax: 0 where a query may attend to a key and -∞ where it must not, as
  ///     ``attentionMask(visible:)`` makes it; broadcasts to `[B, H, T, S]`. It gets no gradient. A query that may
  ///     attend to no key gets zeros.
  ///   - isCausal: whether query `t` attends only to the keys up to `t`.
  ///   - dropout: the share of weights that is set to zero at random; 0 draws no random numbers.
  ///   - scale: what the scores are multiplied by, 1/√D by default.
  /// - Returns: `[B, H, T, D]`.
  public static func scaledDotProductAttention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false, dropout: Double = 0,
    scale: Float? = nil
  ) -> Tensor {
    calling("scaledDotProductAttention", ("query", query.shape), ("key", key.shape), ("value", value.shape)) {
      recordedAttention(query, key, value, mask, isCausal, dropout, scale, keepsWeights: false).output
    }
  }

  /// The same together with the weights after the softmax, `[B, H, T, S]`, for looking at. No gradient passes through
  /// the weights.
  public static func scaledDotProductAttentionWithWeights(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false, scale: Float? = nil
  ) -> (output: Tensor, weights: Tensor) {
    calling("scaledDotProductAttentionWithWeights", ("query", query.shape), ("key", key.shape), ("value", value.shape))
    {
      let result = recordedAttention(query, key, value, mask, isCausal, 0, scale, keepsWeights: true)
      return (result.output, result.weights ?? .zeros([]))
    }
  }

  /// The attention of a sequence to itself, from the projections of its tokens, which lie side by side, to the joined
  /// results of all heads: what stands between the two linear layers of multi-head attention (section 3.2.2).
  ///
  /// - Parameters:
  ///   - projections: of each token the queries of all heads, then the keys, then the values: `[B, T, 3 · H · D]`.
  ///   - headCount: H.
  ///   - mask: as in ``scaledDotProductAttention(query:key:value:mask:isCausal:dropout:scale:)``; broadcasts to
  ///     `[B, H, T, T]`.
  ///   - isCausal: whether token `t` attends only to the tokens up to `t`.
  ///   - dropout: the share of weights that is set to zero at random; 0 draws no random numbers.
  ///   - scale: what the scores are multiplied by, 1/√D by default.
  /// - Returns: `[B, T, H · D]`.
  public static func selfAttention(
    _ projections: Tensor, headCount: Int, mask: Tensor? = nil, isCausal: Bool = false, dropout: Double = 0,
    scale: Float? = nil
  ) -> Tensor {
    calling("selfAttention", ("projections", projections.shape)) {
      recordedSelfAttention(projections, headCount, mask, isCausal, dropout, scale)
    }
  }

  private static func recordedSelfAttention(
    _ projections: Tensor, _ headCount: Int, _ mask: Tensor?, _ isCausal: Bool, _ dropout: Double, _ scale: Float?
  ) -> Tensor {
    let name = "selfAttention"
    check(dropout: dropout, name)
    guard projections.rank == 3, headCount > 0, projections.shape[2] / 3 % headCount == 0, projections.shape[2] % 3 == 0
    else {
      fail(
        name, "projections \(projections.shape) must be [batch, tokens, 3 × width], with a width for \(headCount) heads"
      )
    }
    let (b, t, width) = (projections.shape[0], projections.shape[1], projections.shape[2] / 3)
    let shape = [b, headCount, t, width / headCount]
    let strides = [t * 3 * width, width / headCount, 3 * width, 1]
    /// Queries, keys and values, each `[B, H, T, D]`: views of the dense `[B, T, 3, H, D]`.
    func heads(_ x: Tensor) -> (q: Tensor, k: Tensor, v: Tensor) {
      func part(_ index: Int) -> Tensor {
        Tensor(shape: shape, strides: strides, offset: x.offset + index * width, storage: x.storage)
      }
      return (part(0), part(1), part(2))
    }
    if let mask { check(mask, scores: [b, headCount, t, t], name) }
    requireScores(Shape.count([b, headCount], name), t, t, name)
    let (q, k, v) = heads(projections.packed())
    let records = GradientMode.isRecording && projections.requiresGrad
    let (output, attention) = attend(q, k, v, mask, isCausal, dropout, scale, keepsWeights: records)
    let kept = q.saved
    return output.transpose(1, 2).reshape(b, t, width).recording(projections) { gradient in
      _ = kept.unchanged(for: name)
      let result = Tensor(uninitialized: [b, t, 3 * width])
      let (dq, dk, dv) = heads(result)
      let g = gradient.reshape(b, t, headCount, width / headCount).transpose(1, 2)
      attention.backward(g, into: dq, dk, dv)
      return [result]
    }
  }

  /// A mask for attention, which is added to the scores: 0 where a query may attend to a key, -∞ where it
  /// must not.
  ///
  /// - Parameter visible: not 0 where a query may attend to a key, as comparisons give it; any shape.
  public static func attentionMask(visible: Tensor) -> Tensor { visible.detached().mapped(MinusInfinityAtZero()) }

  /// Attention with its own gradient; the weights, if `keepsWeights`.
  private static func recordedAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ mask: Tensor?, _ isCausal: Bool, _ dropout: Double,
    _ scale: Float?, keepsWeights: Bool
  ) -> (output: Tensor, weights: Tensor?) {
    let name = "scaledDotProductAttention"
    check(dropout: dropout, name)
    guard query.rank == 4, key.rank == 4, value.rank == 4 else {
      fail(
        name, "query \(query.shape), key \(key.shape) and value \(value.shape) must be [batch, heads, tokens, width]")
    }
    let (b, h, t, d) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3])
    let s = key.shape[2]
    guard key.shape == [b, h, s, d], value.shape.dropLast() == key.shape.dropLast() else {
      fail(name, "query \(query.shape), key \(key.shape) and value \(value.shape) do not fit")
    }
    if let mask { check(mask, scores: [b, h, t, s], name) }
    requireScores(Shape.count([b, h], name), t, s, name)
    if s == 0 {
      // There are no keys: every query gets zeros, which depend on no operand.
      let output = Tensor.zeros([b, h, t, value.shape[3]]).recording(query, key, value) { _ in [nil, nil, nil] }
      return (output, .zeros([b, h, t, s]))
    }
    let records = GradientMode.isRecording && (query.requiresGrad || key.requiresGrad || value.requiresGrad)
    let (output, attention) = attend(
      query.floats(), key.floats(), value.floats(), mask, isCausal, dropout, scale,
      keepsWeights: records || keepsWeights)
    let e = value.shape[3]
    let needed = (
      query: attention.q.saved(if: key.requiresGrad), key: attention.k.saved(if: query.requiresGrad),
      value: attention.v.saved(if: query.requiresGrad || key.requiresGrad), weights: attention.weights?.saved
    )
    let recorded = output.recording(query, key, value) { gradient in
      for kept in [needed.query, needed.key, needed.value, needed.weights] { _ = kept?.unchanged(for: name) }
      let (dq, dk, dv) = (headsLast(b, h, t, d), headsLast(b, h, s, d), headsLast(b, h, s, e))
      attention.backward(gradient.floats(), into: dq, dk, dv)
      return [dq, dk, dv]
    }
    return (recorded, keepsWeights ? attention.weights : nil)
  }

  private static func check(dropout: Double, _ name: String) {
    if !(dropout >= 0 && dropout <= 1) {
      fail(name, "a dropout probability is from 0 to 1, not \(dropout)")
    }
  }

  /// Checks that there is memory for the scores, of which each thread works on one head's at a time.
  private static func requireScores(_ heads: Int, _ t: Int, _ s: Int, _ name: String) {
    let shape = [Swift.min(heads, Threads.count), t, s]
    let count = Shape.count(shape, name)
    if count > 1 << 26 { MemoryPool.require(count, shape: shape, name) }
  }

  private static func check(_ mask: Tensor, scores: [Int], _ name: String) {
    if Shape.broadcast(mask.shape, scores, name) != scores {
      fail(name, "a mask of shape \(mask.shape) is larger than the scores \(scores)")
    }
    if GradientMode.isRecording && mask.requiresGrad {
      fail(name, "a mask gets no gradient, and this one of shape \(mask.shape) asks for it; give mask.detached()")
    }
  }

  /// The attention of all heads, and what its gradient needs. The operands are dense in their last dimension.
  private static func attend(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?, _ isCausal: Bool, _ dropout: Double, _ scale: Float?,
    keepsWeights: Bool
  ) -> (output: Tensor, attention: AttentionHeads) {
    let (b, h, t, s) = (q.shape[0], q.shape[1], q.shape[2], k.shape[2])
    let attention = AttentionHeads(
      q: q, k: k, v: v, mask: mask?.packed(),
      noise: dropout > 0 ? .dropoutNoise([b, h, t, s], probability: dropout) : nil,
      scale: scale ?? 1 / Float(q.shape[3]).squareRoot(), isCausal: isCausal, keepsWeights: keepsWeights)
    let output = headsLast(b, h, t, v.shape[3])
    attention.forward(into: output)
    return (output, attention)
  }

  /// New memory for `[B, H, T, E]`, laid out as `[B, T, H, E]`, so that joining the heads copies nothing.
  private static func headsLast(_ batch: Int, _ heads: Int, _ rows: Int, _ width: Int) -> Tensor {
    Tensor(uninitialized: [batch, rows, heads, width]).transpose(1, 2)
  }

  /// The same strided view when its last dimension is dense and 32-bit, a packed copy otherwise; no gradient.
  private func floats() -> Tensor {
    elementType == .float32 && (strides.last == 1 || shape.last == 1) && !strides.contains(0) ? detached() : packed()
  }
}

/// The number to add to a score: -∞ where the query must not attend.
private struct MinusInfinityAtZero: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: -.infinity, where: x .== 0)
  }
}
