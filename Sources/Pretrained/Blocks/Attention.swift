import Layers
import Tensors

/// Attention with several heads (Vaswani et al. 2017, section 3.2.2) under the names of published checkpoints. Most have
/// one matrix each for queries, keys and values; some have one for all three.
///
/// B, T, S, D, H stand for batch, queries, keys, the width of a token and the number of heads.
final class Attention: Module {
  /// Makes queries; where there is no other matrix, queries, keys and values side by side.
  private let query: Linear
  private let key: Linear?
  private let value: Linear?
  private let output: Linear
  private let headCount: Int
  private let names: [String: String]

  override var keyNames: [String: String] { names }

  /// Attention with initial values.
  ///
  /// - Parameters:
  ///   - memoryWidth: the width of the tokens that keys and values are made of, if it is not D.
  ///   - std: the standard deviations of the weights before and behind the heads.
  ///   - isJoined: whether one matrix makes queries, keys and values.
  init(
    _ settings: some TransformerSettings, memoryWidth: Int? = nil, hasOutputBias: Bool = true,
    std: (input: Double, output: Double), isJoined: Bool = false, names: [String: String]
  ) {
    let width = settings.hiddenSize
    func projection(from input: Int, to output: Int) -> Linear {
      Linear(input, output, bias: settings.hasAttentionBias, std: std.input)
    }
    query = projection(from: width, to: isJoined ? 3 * width : width)
    key = isJoined ? nil : projection(from: memoryWidth ?? width, to: width)
    value = isJoined ? nil : projection(from: memoryWidth ?? width, to: width)
    output = Linear(width, width, bias: hasOutputBias, std: std.output)
    headCount = settings.headCount
    self.names = names
  }

  /// Attention of tokens to a memory, or to each other.
  ///
  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - memory: what keys and values are made of, `[B, S, its width]`; by default the tokens themselves.
  ///   - mask: added to the scores; broadcasts to `[B, H, T, S]`.
  ///   - isCausal: whether a token attends only to itself and to those before it.
  /// - Returns: `[B, T, D]`.
  func callAsFunction(_ x: Tensor, memory: Tensor? = nil, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    if key == nil && memory == nil {
      return output(.selfAttention(query(x), headCount: headCount, mask: mask, isCausal: isCausal))
    }
    let parts = projections(x, memory)
    let mixed = Tensor.scaledDotProductAttention(
      query: parts[0], key: parts[1], value: parts[2], mask: mask, isCausal: isCausal)  // [B, H, T, D/H]
    return output(mixed.joinHeads())  // [B, T, D]
  }

  /// Causal attention within each of several sequences that lie one behind the other, so that none is filled up to the
  /// length of another.
  ///
  /// - Parameters:
  ///   - x: the tokens of all sequences, `[ΣT, D]`.
  ///   - lengths: the tokens of each sequence.
  ///   - last: whether only the last token of each sequence asks.
  /// - Returns: `[ΣT, D]`, or `[sequences, D]` of the last tokens.
  func callAsFunction(_ x: Tensor, lengths: [Int], onlyLast last: Bool = false) -> Tensor {
    let parts = projections((last ? x.ends(of: lengths) : x).unsqueeze(0), x.unsqueeze(0))  // [1, H, …, D/H]
    var start = 0
    let mixed = lengths.enumerated().map { index, length in
      let rows = start..<start + length
      start = rows.upperBound
      return Tensor.scaledDotProductAttention(
        query: parts[0].slice(last ? index..<index + 1 : rows, dim: 2), key: parts[1].slice(rows, dim: 2),
        value: parts[2].slice(rows, dim: 2), isCausal: !last)  // [1, H, T or 1, D/H]
    }
    return output(Tensor.cat(mixed.map { $0.joinHeads().squeeze(0) }, dim: 0))
  }

  /// Causal attention of tokens to each other and to those that the cache holds: `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    let parts = projections(x)
    return output(cached.attend(query: parts[0], key: parts[1], value: parts[2]).joinHeads())
  }

  /// The keys and values of what tokens attend to, which are computed once however many tokens come.
  ///
  /// - Parameters:
  ///   - states: `[I, S, its width]`.
  ///   - mask: added to the scores, `[I, 1, 1, S]`.
  func memory(_ states: Tensor, mask: Tensor? = nil) -> CrossAttentionMemory {
    guard let key, let value else {
      let parts = query(states).chunk(3, dim: -1).map { $0.splitHeads(headCount) }
      return CrossAttentionMemory(key: parts[1], value: parts[2], mask: mask)
    }
    return CrossAttentionMemory(
      key: key(states).splitHeads(headCount), value: value(states).splitHeads(headCount), mask: mask)
  }

  /// The attention weights of tokens to a memory, or to each other, without a mask: `[B, H, T, S]`.
  func weights(_ x: Tensor, memory: Tensor? = nil) -> Tensor {
    let parts = projections(x, memory)
    return Tensor.scaledDotProductAttentionWithWeights(query: parts[0], key: parts[1], value: parts[2]).weights
  }

  /// Attention of texts to what they are about (``CrossAttentionMemory``): `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor { output(memory.attend(query(x))) }

  /// The attention weights of one text for each image: `[I, T, D]` to `[I, H, T, S]`.
  func weights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor { memory.weights(query(x)) }

  /// Queries `[B, H, T, D/H]`, then keys and values `[B, H, S, D/H]`.
  private func projections(_ x: Tensor, _ memory: Tensor? = nil) -> [Tensor] {
    let memory = memory ?? x
    let parts: [Tensor] =
      if let key, let value {
        [query(x), key(memory), value(memory)]
      } else {
        [query(x).chunk(3, dim: -1)[0]] + query(memory).chunk(3, dim: -1)[1...]
      }
    return parts.map { $0.splitHeads(headCount) }
  }
}

/// What is added to attention scores so that no query attends to padding.
///
/// - Parameter attended: 1 for tokens, 0 for padding, `[B, T]`.
/// - Returns: `[B, 1, 1, T]`; for padding the lowest number rather than -∞, so that the weights of a row of padding alone
///   are numbers, too.
func paddingMask(_ attended: IntTensor) -> Tensor {
  Tensor(
    attended.scalars.map { $0 == 0 ? -.greatestFiniteMagnitude : 0 },
    shape: [attended.shape[0], 1, 1, attended.shape[1]])
}
