/// The attention of all heads of a batch, forward and backward; each head of each item is computed by one thread.
///
/// B, H, T, S, D and E stand for batch, heads, queries, keys, the width of queries and keys, and that of values.
struct AttentionHeads {
  /// `[B, H, T, D]`; this and the next two are 32-bit, and dense in their last dimension.
  let q: Tensor
  /// `[B, H, S, D]`.
  let k: Tensor
  /// `[B, H, S, E]`.
  let v: Tensor
  /// Added to the scores; broadcasts to `[B, H, T, S]`.
  let mask: Tensor?
  /// What dropout multiplies the weights by, `[B, H, T, S]`.
  let noise: Tensor?
  /// Room for what comes out of the softmax, `[B, H, T, S]`, if it is to be kept.
  let weights: Tensor?
  let scale: Float
  let isCausal: Bool

  private var t: Int { q.shape[2] }
  private var s: Int { k.shape[2] }
  private var d: Int { q.shape[3] }
  private var e: Int { v.shape[3] }
  private var headCount: Int { q.shape[0] * q.shape[1] }
  private var grain: Int { share(BatchedGemm.grain, 2 * t * s * (d + e)) }

  /// Writes `[B, H, T, E]`, of any strides but the last.
  func forward(into output: Tensor) {
    let (queries, keys, values, results) = (HeadMatrices(q), HeadMatrices(k), HeadMatrices(v), HeadMatrices(output))
    let maskStrides = mask?.strides(broadcastTo: [q.shape[0], q.shape[1], t, s])
    let (t, s, d, e) = (t, s, d, e)
    withExtendedLifetime((q.storage, k.storage, v.storage, mask, noise, weights, output.storage)) {
      parallelFor(headCount, grain: grain) { heads in
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: t * s)
        defer { memory.deallocate() }
        var scratch = GemmScratch()
        for head in heads {
          let p = weights.map { $0.storage.floats + head * t * s } ?? memory
          // P = softmax(Q · Kᵀ · scale + mask), O = P · V.
          multiply(queries[head], keys[head].transposed, t, d, s, into: dense(p), &scratch)
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
          var left = p
          if let noise {
            left = memory
            Pointwise.map(TimesKernel(), p, noise.storage.floats + head * t * s, count: t * s, to: left)
          }
          multiply(dense(left), values[head], t, s, e, into: results[head], &scratch)
        }
      }
    }
  }

  /// Writes the gradients of `q`, `k` and `v`, given that of the output, which is 32-bit and dense in its last dimension.
  func backward(_ gradient: Tensor, into dq: Tensor, _ dk: Tensor, _ dv: Tensor) {
    guard let weights else { return }
    let (queries, keys, values) = (HeadMatrices(q), HeadMatrices(k), HeadMatrices(v))
    let (gradients, dqs, dks, dvs) = (HeadMatrices(gradient), HeadMatrices(dq), HeadMatrices(dk), HeadMatrices(dv))
    let (t, s, d, e) = (t, s, d, e)
    withExtendedLifetime(
      (q.storage, k.storage, v.storage, gradient.storage, weights, noise, dq.storage, dk.storage, dv.storage)
    ) {
      parallelFor(headCount, grain: grain / 2) { heads in
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * t * s)
        let (dp, dropped) = (memory, memory + t * s)
        defer { memory.deallocate() }
        var scratch = GemmScratch()
        for head in heads {
          let p = weights.storage.floats + head * t * s
          // dP = dO · Vᵀ and dV = Pᵀ · dO, both with the weights that dropout left.
          multiply(gradients[head], values[head].transposed, t, e, s, into: dense(dp), &scratch)
          var left = p
          if let noise {
            let factors = noise.storage.floats + head * t * s
            Pointwise.map(TimesKernel(), dp, factors, count: t * s, to: dp)
            Pointwise.map(TimesKernel(), p, factors, count: t * s, to: dropped)
            left = dropped
          }
          multiply(dense(left).transposed, gradients[head], s, t, e, into: dvs[head], &scratch)
          RowKernels.softmaxBackward(p, dp, rows: t, count: s, factor: scale)
          // dQ = dS · K and dK = dSᵀ · Q, with the scores' gradient in dP's place.
          multiply(dense(dp), keys[head], t, s, d, into: dqs[head], &scratch)
          multiply(dense(dp).transposed, queries[head], s, t, d, into: dks[head], &scratch)
        }
      }
    }
  }

  /// `c = a · b`, of sizes `[rows, depth]` and `[depth, columns]`.
  @inline(__always)
  private func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, _ rows: Int, _ depth: Int, _ columns: Int, into c: MatrixOperand,
    _ scratch: inout GemmScratch
  ) {
    Gemm(
      rows: rows, columns: columns, depth: depth, a: a, b: b,
      c: UnsafeMutableRawPointer(mutating: c.base).assumingMemoryBound(to: Float.self), cStride: c.rowStride, start: nil
    ).compute(rows: 0..<rows, columns: 0..<columns, &scratch)
  }

  /// A matrix of scores or weights.
  private func dense(_ x: UnsafeMutablePointer<Float>) -> MatrixOperand {
    MatrixOperand(base: UnsafeRawPointer(x), elementType: .float32, rowStride: s, columnStride: 1)
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
}

/// The matrices of a `[B, H, …, …]` tensor, one for each head of each item.
private struct HeadMatrices {
  private let base: UnsafeMutablePointer<Float>
  private let headCount: Int
  private let batchStride: Int
  private let headStride: Int
  private let rowStride: Int
  private let columnStride: Int

  init(_ x: Tensor) {
    base = x.storage.floats + x.offset
    headCount = x.shape[1]
    (batchStride, headStride) = (x.strides[0], x.strides[1])
    (rowStride, columnStride) = (x.strides[2], x.strides[3])
  }

  subscript(head: Int) -> MatrixOperand {
    let (item, head) = head.quotientAndRemainder(dividingBy: headCount)
    return MatrixOperand(
      base: UnsafeRawPointer(base + item * batchStride + head * headStride), elementType: .float32,
      rowStride: rowStride, columnStride: columnStride)
  }
}

private struct ScaleKernel: UnaryKernel {
  let factor: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x * factor }
}
