import Tensors

/// The keys and values of the tokens that a decoder has read, so that each new token costs one row and not a whole
/// text.
///
/// Rows may have read different numbers of tokens. Each row's tokens lie from the front of its memory, never behind
/// padding, so a row gives the same bytes alone, in a batch and without a cache: the only difference is weights of zero
/// behind the row's end.
///
/// B, H, T, S, D stand for rows, heads, new tokens, all tokens and the width of a head.
public final class KeyValueCache {
  /// How many tokens each row has read.
  public private(set) var lengths: [Int]
  /// The memory of each layer, `[B, H, capacity, D]`.
  private var layers: [(keys: Tensor, values: Tensor)] = []
  /// The mask of the current step, the same in all layers.
  private var stepMask: (tokens: Int, mask: Tensor?)?

  /// An empty cache.
  ///
  /// - Parameter rows: how many texts are read side by side.
  public init(rows: Int) { lengths = Array(repeating: 0, count: rows) }

  /// How many texts are read side by side.
  public var rowCount: Int { lengths.count }

  /// Whether nothing has been read yet.
  public var isEmpty: Bool { lengths.allSatisfy { $0 == 0 } }

  /// Marks the tokens that all layers have attended to as read.
  ///
  /// - Parameter counts: how many of the new tokens of each row are real; the rest was padding.
  func advance(by counts: [Int]) {
    lengths = zip(lengths, counts).map { $0 + $1 }
    stepMask = nil
  }

  /// Chooses rows, in any order and any number of times: how beams go on from their parents.
  public func reorder(_ rows: [Int]) {
    if rows == Array(0..<rowCount) { return }
    lengths = rows.map { lengths[$0] }
    layers = noGrad { layers.map { ($0.keys.indexSelect(rows), $0.values.indexSelect(rows)) } }
    stepMask = nil
  }

  // MARK: Attention

  /// Causal attention of new tokens to themselves and to all tokens before them; adds the new ones to the cache.
  ///
  /// - Parameters:
  ///   - query: `[B, H, T, D]`.
  ///   - key: `[B, H, T, D]`.
  ///   - value: `[B, H, T, D]`.
  ///   - layer: which layer this is; layers come in order.
  ///   - scale: what scores are multiplied by, 1/√D by default.
  /// - Returns: `[B, H, T, D]`.
  func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int, scale: Float?) -> Tensor {
    let count = query.shape[2]
    let total = (lengths.max() ?? 0) + count
    store(key, value, layer: layer, total: total)
    return Tensor.scaledDotProductAttention(
      query: query, key: layers[layer].keys.slice(0..<total, dim: 2),
      value: layers[layer].values.slice(0..<total, dim: 2), mask: mask(count, total),
      isCausal: isEmpty, scale: scale)
  }

  private func store(_ key: Tensor, _ value: Tensor, layer: Int, total: Int) {
    if layer == layers.count {
      layers.append((Self.memory(key.shape, total + 32), Self.memory(value.shape, total + 32)))
    } else if layers[layer].keys.shape[2] < total {
      layers[layer] = (Self.grown(layers[layer].keys, 2 * total), Self.grown(layers[layer].values, 2 * total))
    }
    Self.write(key, into: layers[layer].keys, at: lengths)
    Self.write(value, into: layers[layer].values, at: lengths)
  }

  /// Zeros, because masked values are still multiplied, by a weight of zero.
  private static func memory(_ shape: [Int], _ capacity: Int) -> Tensor {
    .zeros([shape[0], shape[1], capacity, shape[3]])
  }

  private static func grown(_ old: Tensor, _ capacity: Int) -> Tensor {
    let new = memory(old.shape, capacity)
    new.slice(0..<old.shape[2], dim: 2).assign(old)
    return new
  }

  private static func write(_ new: Tensor, into memory: Tensor, at starts: [Int]) {
    let count = new.shape[2]
    if let start = starts.first, starts.allSatisfy({ $0 == start }) {
      memory.slice(start..<start + count, dim: 2).assign(new)
    } else {
      for (row, start) in starts.enumerated() {
        memory[row].slice(start..<start + count, dim: 1).assign(new[row])
      }
    }
  }

  /// -∞ for tokens behind a new token, `[B, 1, T, S]`; `nil` where `isCausal` is enough or no token lies behind.
  private func mask(_ count: Int, _ total: Int) -> Tensor? {
    if let stepMask, stepMask.tokens == count { return stepMask.mask }
    let isEven = lengths.allSatisfy { $0 == lengths[0] }
    var mask: Tensor?
    if !isEmpty && !(isEven && count == 1) {
      let visible = lengths.flatMap { length in
        (0..<count).flatMap { token in (0..<total).map { $0 <= length + token ? Float(1) : 0 } }
      }
      mask = .attentionMask(visible: Tensor(visible, shape: [rowCount, 1, count, total]))
    }
    stepMask = (count, mask)
    return mask
  }
}

/// One layer's access to the cache.
struct CachedLayer {
  /// Where keys and values are remembered; `nil` when a whole text is read at once.
  let cache: KeyValueCache?
  /// The number of the layer.
  let index: Int

  /// Causal attention of a text to itself and to what the cache holds, from the projections of its tokens, which lie side
  /// by side (`[B, T, 3 · D]`), to the joined results of all heads (`[B, T, D]`).
  func selfAttention(_ projections: Tensor, headCount: Int, scale: Float) -> Tensor {
    if cache == nil { return .selfAttention(projections, headCount: headCount, isCausal: true, scale: scale) }
    let parts = projections.chunk(3, dim: -1).map { $0.splitHeads(headCount) }  // 3 × [B, H, T, D/H]
    return attend(query: parts[0], key: parts[1], value: parts[2], scale: scale).joinHeads()
  }

  /// Causal attention of `[B, H, T, D]` to itself and to what the cache holds.
  func attend(query: Tensor, key: Tensor, value: Tensor, scale: Float? = nil) -> Tensor {
    cache?.attend(query: query, key: key, value: value, layer: index, scale: scale)
      ?? Tensor.scaledDotProductAttention(query: query, key: key, value: value, isCausal: true, scale: scale)
  }
}
