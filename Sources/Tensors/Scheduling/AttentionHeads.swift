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
  /// The factors that dropout multiplies the weights by, `[B, H, T, S]`.
  let noise: Tensor?
  /// Memory for the results of the softmax, if they are kept: one ``ScoreMatrix`` for each head.
  private let kept: Tensor?
  let scale: Float
  let isCausal: Bool

  init(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor?, noise: Tensor?, scale: Float, isCausal: Bool, keepsWeights: Bool
  ) {
    (self.q, self.k, self.v) = (q, k, v)
    (self.mask, self.noise, self.scale, self.isCausal) = (mask, noise, scale, isCausal)
    let scores = ScoreMatrix(rows: q.shape[2], columns: k.shape[2])
    kept = keepsWeights ? Tensor(uninitialized: [q.shape[0], q.shape[1], scores.allRows, scores.stride]) : nil
  }

  /// The results of the softmax, `[B, H, T, S]`, if they were kept.
  var weights: Tensor? { kept?.slice(0..<t, dim: 2).slice(0..<s, dim: 3) }

  private var scores: ScoreMatrix { ScoreMatrix(rows: t, columns: s) }
  private var t: Int { q.shape[2] }
  private var s: Int { k.shape[2] }
  private var d: Int { q.shape[3] }
  private var e: Int { v.shape[3] }
  private var headCount: Int { q.shape[0] * q.shape[1] }
  private var grain: Int { grainSize(total: MatrixProduct.grain, perItem: 2 * t * s * (d + e)) }

  /// Writes `[B, H, T, E]`, of any strides but the last.
  func forward(into output: Tensor) {
    let (queries, keys, values, results) = (HeadMatrices(q), HeadMatrices(k), HeadMatrices(v), HeadMatrices(output))
    let maskStrides = mask?.strides(broadcastTo: [q.shape[0], q.shape[1], t, s])
    let (t, s, d, e, scores) = (t, s, d, e, scores)
    // A mask is added to the scaled scores. Without one, the softmax does the scaling.
    let hidesKeys = mask != nil || isCausal
    withExtendedLifetime((q.storage, k.storage, v.storage, mask, noise, kept, output.storage)) {
      parallelFor(headCount, grain: grain) { heads in
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: scores.count)
        defer { memory.deallocate() }
        ScratchPool.withScratch { scratch in
          for head in heads {
            let p = kept.map { $0.storage.floats + head * scores.count } ?? memory
            // P = softmax(Q · Kᵀ · scale + mask), O = P · V.
            multiply(queries[head], keys[head].transposed, t, d, s, into: rows(p), hasRoom: true, &scratch)
            if hidesKeys { Pointwise.map(ScaleKernel(factor: scale), whole: p, count: t * scores.stride, to: p) }
            if let mask, let maskStrides {
              for row in 0..<t { addMask(mask, maskStrides, head, row, p + row * scores.stride) }
            }
            if isCausal {
              for row in 0..<min(t, s) {
                (p + row * scores.stride + row + 1).update(repeating: -.infinity, count: s - row - 1)
              }
            }
            // A query that may attend to no key gets zeros.
            scores.softmax(p, factor: hidesKeys ? 1 : scale, emptyRowsAreZero: mask != nil)
            var left = p
            if let noise {
              left = memory
              multiply(p, noise.storage.floats + head * t * s, into: left)
            }
            multiply(matrix(left), values[head], t, s, e, into: results.rows(head), &scratch)
          }
        }
      }
    }
  }

  /// Writes the gradients of `q`, `k` and `v`, given that of the output, which is 32-bit and dense in its last
  /// dimension.
  func backward(_ gradient: Tensor, into dq: Tensor, _ dk: Tensor, _ dv: Tensor) {
    guard let kept else { return }
    let (queries, keys, values) = (HeadMatrices(q), HeadMatrices(k), HeadMatrices(v))
    let (gradients, dqs, dks, dvs) = (HeadMatrices(gradient), HeadMatrices(dq), HeadMatrices(dk), HeadMatrices(dv))
    let (t, s, d, e, scores) = (t, s, d, e, scores)
    withExtendedLifetime(
      (q.storage, k.storage, v.storage, gradient.storage, kept, noise, dq.storage, dk.storage, dv.storage)
    ) {
      parallelFor(headCount, grain: grain / 2) { heads in
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * scores.count)
        let (dp, dropped) = (memory, memory + scores.count)
        defer { memory.deallocate() }
        ScratchPool.withScratch { scratch in
          for head in heads {
            let p = kept.storage.floats + head * scores.count
            // dP = dO · Vᵀ and dV = Pᵀ · dO, both after dropout.
            multiply(gradients[head], values[head].transposed, t, e, s, into: rows(dp), hasRoom: true, &scratch)
            var left = p
            if let noise {
              let factors = noise.storage.floats + head * t * s
              multiply(dp, factors, into: dp)
              multiply(p, factors, into: dropped)
              left = dropped
            }
            multiply(matrix(left).transposed, gradients[head], s, t, e, into: dvs.rows(head), &scratch)
            scores.softmaxBackward(p, dp, factor: scale)
            // dQ = dS · K and dK = dSᵀ · Q; dS is now in dP's memory.
            multiply(matrix(dp), keys[head], t, s, d, into: dqs.rows(head), &scratch)
            multiply(matrix(dp).transposed, queries[head], s, t, d, into: dks.rows(head), &scratch)
          }
        }
      }
    }
  }

  /// A matrix of scores times the factors of dropout, which lie row by row without gaps.
  private func multiply(
    _ x: UnsafePointer<Float>, _ factors: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<t {
      let at = row * scores.stride
      Pointwise.map(TimesKernel(), x + at, factors + row * s, count: s, to: result + at)
    }
  }

  /// `c = a · b`, of sizes `[rows, depth]` and `[depth, columns]`.
  @inline(__always)
  private func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, _ rows: Int, _ depth: Int, _ columns: Int, into c: ResultRows,
    hasRoom: Bool = false, _ scratch: inout GemmScratch
  ) {
    Gemm(rows: rows, columns: columns, depth: depth, a: a, b: b, c: c, bias: nil, hasRoom: hasRoom).compute(
      rows: 0..<rows, columns: 0..<columns, &scratch)
  }

  /// A matrix of scores or weights.
  private func matrix(_ x: UnsafeMutablePointer<Float>) -> MatrixOperand {
    MatrixOperand(base: UnsafeRawPointer(x), elementType: .float32, rowStride: scores.stride, columnStride: 1)
  }

  /// A matrix of scores to be written.
  private func rows(_ x: UnsafeMutablePointer<Float>) -> ResultRows { ResultRows(base: x, stride: scores.stride) }

  private func addMask(
    _ mask: Tensor, _ strides: [Int], _ head: Int, _ row: Int, _ scores: UnsafeMutablePointer<Float>
  ) {
    let h = q.shape[1]
    let start = mask.offset + head / h * strides[0] + head % h * strides[1] + row * strides[2]
    Pointwise.map(
      AddKernel(), scores, step: 1, mask.storage.floats + start, step: strides[3], count: s, to: scores)
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

  /// A head's matrix as an operand.
  subscript(head: Int) -> MatrixOperand {
    MatrixOperand(
      base: UnsafeRawPointer(address(head)), elementType: .float32, rowStride: rowStride, columnStride: columnStride)
  }

  /// A head's matrix to be written; its columns are neighbors.
  func rows(_ head: Int) -> ResultRows { ResultRows(base: address(head), stride: rowStride) }

  private func address(_ head: Int) -> UnsafeMutablePointer<Float> {
    let (item, head) = head.quotientAndRemainder(dividingBy: headCount)
    return base + item * batchStride + head * headStride
  }
}

private struct ScaleKernel: UnaryKernel {
  let factor: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x * factor }
}
