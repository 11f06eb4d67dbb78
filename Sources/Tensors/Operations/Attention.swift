// Scaled dot-product attention, in one operation: softmax(q kᵀ · scale + mask) v (Vaswani et al. 2017, section 3.2.1).

extension Tensor {
  /// Lets every query look at the keys and take a weighted mean of the values.
  ///
  /// B, H, T, S and D stand for batch, heads, queries, keys and the width of a head.
  ///
  /// - Parameters:
  ///   - query: `[B, H, T, D]`.
  ///   - key: `[B, H, S, D]`.
  ///   - value: `[B, H, S, D]`.
  ///   - mask: added to the scores before the softmax, 0 where a query may look and -∞ where it must not, as
  ///     ``attentionMask(visible:)`` makes it; broadcasts to `[B, H, T, S]`. It gets no gradient. A query that must not
  ///     look at any key gets zeros.
  ///   - isCausal: whether query `t` sees only the keys up to `t`.
  ///   - dropout: the share of weights that is set to zero at random; 0 draws no random numbers.
  ///   - scale: what the scores are multiplied by, 1/√D by default.
  /// - Returns: `[B, H, T, D]`.
  public static func scaledDotProductAttention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false, dropout: Double = 0,
    scale: Float? = nil
  ) -> Tensor {
    attend(query, key, value, mask, isCausal, dropout, scale, keepsWeights: false).output
  }

  /// The same together with the weights after the softmax, `[B, H, T, S]`, for looking at. No gradient passes through
  /// the weights.
  public static func scaledDotProductAttentionWithWeights(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false, scale: Float? = nil
  ) -> (output: Tensor, weights: Tensor) {
    let result = attend(query, key, value, mask, isCausal, 0, scale, keepsWeights: true)
    return (result.output, result.weights ?? .zeros([]))
  }

  /// A mask for attention, which is added to the scores: 0 where a query may look, -∞ where it must not.
  ///
  /// - Parameter visible: not 0 where a query may look, as comparisons give it; any shape.
  public static func attentionMask(visible: Tensor) -> Tensor { visible.detached().mapped(HideZeros()) }

  private static func attend(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ mask: Tensor?, _ isCausal: Bool, _ dropout: Double,
    _ scale: Float?, keepsWeights: Bool
  ) -> (output: Tensor, weights: Tensor?) {
    let name = "scaledDotProductAttention"
    guard query.rank == 4, key.rank == 4, value.rank == 4 else {
      fail(
        name, "query \(query.shape), key \(key.shape) and value \(value.shape) must be [batch, heads, tokens, width]")
    }
    let (b, h, t, d) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3])
    let s = key.shape[2]
    guard key.shape == [b, h, s, d], value.shape.dropLast() == key.shape.dropLast() else {
      fail(name, "query \(query.shape), key \(key.shape) and value \(value.shape) do not fit")
    }
    if let mask, Shape.broadcast(mask.shape, [b, h, t, s], name) != [b, h, t, s] {
      fail(name, "a mask of shape \(mask.shape) is larger than the scores [\(b), \(h), \(t), \(s)]")
    }
    if let mask, GradientMode.isRecording, mask.requiresGrad {
      fail(name, "a mask gets no gradient, and this one of shape \(mask.shape) asks for it; give mask.detached()")
    }
    if s == 0 {
      // There is nothing to look at: every query gets zeros, and nothing depends on it.
      let output = Tensor.zeros([b, h, t, value.shape[3]]).recording(query, key, value) { _ in [nil, nil, nil] }
      return (output, .zeros([b, h, t, s]))
    }
    let records = GradientMode.isRecording && (query.requiresGrad || key.requiresGrad || value.requiresGrad)
    let weights = records || keepsWeights ? Tensor(uninitialized: [b, h, t, s]) : nil
    let noise = dropout > 0 ? Tensor.dropoutNoise([b, h, t, s], probability: dropout) : nil
    let head = AttentionHeads(
      q: query.floats(), k: key.floats(), v: value.floats(), mask: mask?.packed(), noise: noise,
      scale: scale ?? 1 / Float(d).squareRoot(), isCausal: isCausal)
    let output = head.forward(weights: weights)
    guard records, let weights else { return (output, weights) }
    let recorded = output.recording(query, key, value) { gradient in
      let (dq, dk, dv) = head.backward(gradient.floats(), weights: weights)
      return [dq, dk, dv].map { $0 }
    }
    return (recorded, keepsWeights ? weights : nil)
  }

  /// The same strided view when its last dimension is dense and 32-bit, a packed copy otherwise; no gradient.
  private func floats() -> Tensor {
    elementType == .float32 && (strides.last == 1 || shape.last == 1) && !strides.contains(0) ? detached() : packed()
  }
}

/// The attention of all heads of a batch; each head of each item is computed by one thread.
private struct AttentionHeads {
  let q: Tensor
  let k: Tensor
  let v: Tensor
  let mask: Tensor?
  let noise: Tensor?
  let scale: Float
  let isCausal: Bool

  private var t: Int { q.shape[2] }
  private var s: Int { k.shape[2] }
  private var d: Int { q.shape[3] }
  private var e: Int { v.shape[3] }
  private var heads: Int { q.shape[0] * q.shape[1] }
  private var grain: Int { share(BatchedGemm.grain, 2 * t * s * (d + e)) }

  /// `[B, H, T, E]`, in memory `[B, T, H, E]`, so that joining the heads copies nothing.
  private func headsLast(_ rows: Int, _ width: Int) -> Tensor {
    Tensor(uninitialized: [q.shape[0], rows, q.shape[1], width]).transpose(1, 2)
  }

  func forward(weights: Tensor?) -> Tensor {
    let output = headsLast(t, e)
    let offsets = BatchOffsets(shape: [q.shape[0], q.shape[1]], tensors: [q, k, v, output])
    let maskStrides = mask?.strides(broadcastTo: [q.shape[0], q.shape[1], t, s])
    withExtendedLifetime((q.storage, k.storage, v.storage, mask?.storage, noise?.storage, output.storage)) {
      parallelFor(heads, grain: grain) { range in
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: t * s)
        defer { scratch.deallocate() }
        for head in range {
          let p = weights.map { $0.storage.floats + head * t * s } ?? scratch
          product(q, offsets.offset(head, 0), k, offsets.offset(head, 1), t, s, d, into: p, s)
          Pointwise.map(ScaleKernel(factor: scale), p, count: t * s, to: p)
          if let mask, let maskStrides {
            for row in 0..<t { addMask(mask, maskStrides, head, row, p + row * s) }
          }
          if isCausal {
            for row in 0..<min(t, s) { (p + row * s + row + 1).update(repeating: -.infinity, count: s - row - 1) }
          }
          if mask == nil {
            RowKernels.softmax(p, rows: t, count: s)
          } else {
            for row in 0..<t { Self.softmaxOrZeros(p + row * s, count: s) }
          }
          var dropped = p
          if let noise {
            dropped = scratch
            Pointwise.map(
              TimesKernel(), p, step: 1, noise.storage.floats + head * t * s, step: 1, count: t * s, to: dropped)
          }
          let out = output.storage.floats + offsets.offset(head, 3)
          Gemm(
            rows: t, columns: e, depth: s, a: dense(dropped, s), b: operand(v, offsets.offset(head, 2)), c: out,
            cStride: output.strides[2], start: nil
          ).compute(rows: 0..<t, columns: 0..<e)
        }
      }
    }
    return output
  }

  func backward(_ g: Tensor, weights: Tensor) -> (Tensor, Tensor, Tensor) {
    let dq = headsLast(t, d)
    let dk = headsLast(s, d)
    let dv = headsLast(s, e)
    let offsets = BatchOffsets(shape: [q.shape[0], q.shape[1]], tensors: [q, k, v, g, dq, dk, dv])
    withExtendedLifetime((q.storage, k.storage, v.storage, g.storage, weights.storage, noise?.storage)) {
      parallelFor(heads, grain: grain / 2) { range in
        let dp = UnsafeMutablePointer<Float>.allocate(capacity: 2 * t * s)
        let dropped = dp + t * s
        defer { dp.deallocate() }
        for head in range {
          let p = weights.storage.floats + head * t * s
          // dV = Pᵀ · dO, dP = dO · Vᵀ, both with the weights that dropout left.
          product(g, offsets.offset(head, 3), v, offsets.offset(head, 2), t, s, e, into: dp, s)
          var used = p
          if let noise {
            let n = noise.storage.floats + head * t * s
            Pointwise.map(TimesKernel(), dp, step: 1, n, step: 1, count: t * s, to: dp)
            Pointwise.map(TimesKernel(), p, step: 1, n, step: 1, count: t * s, to: dropped)
            used = dropped
          }
          Gemm(
            rows: s, columns: e, depth: t, a: dense(used, s).transposed, b: operand(g, offsets.offset(head, 3)),
            c: dv.storage.floats + offsets.offset(head, 6), cStride: dv.strides[2], start: nil
          ).compute(rows: 0..<s, columns: 0..<e)
          RowKernels.softmaxBackward(p, dp, rows: t, count: s, factor: scale)
          Gemm(
            rows: t, columns: d, depth: s, a: dense(dp, s), b: operand(k, offsets.offset(head, 1)),
            c: dq.storage.floats + offsets.offset(head, 4), cStride: dq.strides[2], start: nil
          ).compute(rows: 0..<t, columns: 0..<d)
          Gemm(
            rows: s, columns: d, depth: t, a: dense(dp, s).transposed, b: operand(q, offsets.offset(head, 0)),
            c: dk.storage.floats + offsets.offset(head, 5), cStride: dk.strides[2], start: nil
          ).compute(rows: 0..<s, columns: 0..<d)
        }
      }
    }
    return (dq, dk, dv)
  }

  /// a · bᵀ.
  private func product(
    _ a: Tensor, _ aOffset: Int, _ b: Tensor, _ bOffset: Int, _ m: Int, _ n: Int, _ depth: Int,
    into c: UnsafeMutablePointer<Float>, _ cStride: Int
  ) {
    Gemm(
      rows: m, columns: n, depth: depth, a: operand(a, aOffset), b: operand(b, bOffset).transposed, c: c,
      cStride: cStride, start: nil
    ).compute(rows: 0..<m, columns: 0..<n)
  }

  private func addMask(
    _ mask: Tensor, _ strides: [Int], _ head: Int, _ row: Int, _ scores: UnsafeMutablePointer<Float>
  ) {
    let h = q.shape[1]
    let start = mask.offset + head / h * strides[0] + head % h * strides[1] + row * strides[2]
    Pointwise.map(
      AddKernel(), scores, step: 1, mask.storage.floats + start, step: strides[3], count: s, to: scores)
  }

  /// A query that may look at nothing gets nothing.
  private static func softmaxOrZeros(_ scores: UnsafeMutablePointer<Float>, count: Int) {
    if Reductions.max(scores, count: count) == -.infinity {
      scores.update(repeating: 0, count: count)
    } else {
      RowKernels.softmax(scores, count: count, to: scores)
    }
  }

  private func operand(_ x: Tensor, _ offset: Int) -> MatrixOperand {
    MatrixOperand(
      base: UnsafeRawPointer(x.storage.floats + offset), elementType: .float32, rowStride: x.strides[2],
      columnStride: x.strides[3])
  }

  private func dense(_ x: UnsafeMutablePointer<Float>, _ stride: Int) -> MatrixOperand {
    MatrixOperand(base: UnsafeRawPointer(x), elementType: .float32, rowStride: stride, columnStride: 1)
  }
}

private struct HideZeros: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: -.infinity, where: x .== 0)
  }
}

struct ScaleKernel: UnaryKernel {
  let factor: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x * factor }
}
