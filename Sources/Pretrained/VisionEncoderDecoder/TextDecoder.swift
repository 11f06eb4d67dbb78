import Layers
import Tensors

/// A language model whose layers may also attend to the output of an encoder: the part of a
/// ``VisionEncoderDecoderModel`` that writes.
///
/// I, B, T, S, D, V stand for images, rows, tokens, the encoder's tokens, the width of a token and the vocabulary; B is a
/// multiple of I: texts about one image stand side by side.
public protocol TextDecoder: Module, CausalLanguageModel {
  /// Reads whole texts at once: teacher forcing.
  ///
  /// - Parameters:
  ///   - ids: `[B, T]`.
  ///   - states: an encoder's output for the images that the texts are about, `[I, S, D]`; `nil` for texts by themselves.
  /// - Returns: the logits of the token after each, `[B, T, V]`.
  func callAsFunction(_ ids: IntTensor, encoderStates states: Tensor?) -> Tensor

  /// The keys and values of each layer's cross-attention to an encoder's output `[I, S, D]`; empty for a model that has no
  /// cross-attention.
  func memory(_ states: Tensor) -> [CrossAttentionMemory]

  /// Reads more tokens of texts about images.
  ///
  /// - Parameters:
  ///   - rows: for each row of the cache the tokens that follow those read so far.
  ///   - cache: what was read before; the tokens are added to it.
  ///   - memory: what ``memory(_:)`` made of the images; `nil` for texts by themselves.
  /// - Returns: the logits after the last token of each row, `[B, V]`.
  func nextTokenLogits(after rows: [[Int]], cache: KeyValueCache, memory: [CrossAttentionMemory]?) -> Tensor

  /// The weights of every layer's cross-attention for one text for each image, `[I, T]`.
  func crossAttention(_ ids: IntTensor, _ memory: [CrossAttentionMemory]) -> AttentionRecorder
}

extension TextDecoder {
  /// The logits of every next token of texts by themselves, `[B, T]` to `[B, T, V]`.
  public func callAsFunction(_ ids: IntTensor) -> Tensor { self(ids, encoderStates: nil) }

  /// Reads more tokens and returns the logits after the last token of each row.
  public func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    nextTokenLogits(after: tokens, cache: cache, memory: nil)
  }
}

/// A layer of a text decoder.
protocol DecoderBlock: Module {
  /// The keys and values of its cross-attention to an encoder's output `[I, S, D]`; `nil` without one.
  func memory(_ states: Tensor) -> CrossAttentionMemory?

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer, _ memory: CrossAttentionMemory?) -> Tensor

  /// The weights of the cross-attention of whole texts, `[I, H, T, S]`; `nil` without one.
  func crossWeights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor?
}

/// The layers of a decoder, one after the other.
extension Array where Element: DecoderBlock {
  func memory(_ states: Tensor) -> [CrossAttentionMemory] { compactMap { $0.memory(states) } }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, cache: KeyValueCache?, _ memory: [CrossAttentionMemory]?) -> Tensor {
    enumerated().reduce(x) { x, layer in
      let memory = memory.flatMap { $0.isEmpty ? nil : $0[layer.offset] }
      return layer.element(x, CachedLayer(cache: cache, index: layer.offset), memory)
    }
  }

  func crossAttention(_ embedded: @autoclosure () -> Tensor, _ memory: [CrossAttentionMemory]) -> AttentionRecorder {
    AttentionRecorder([(Element, CrossAttentionMemory)](zip(self, memory)), embedded()) { layer, x in
      (layer.0.crossWeights(x, layer.1), layer.0(x, CachedLayer(cache: nil, index: 0), layer.1))
    }
  }
}
