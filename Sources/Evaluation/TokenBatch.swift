import Tensors
import Tokenizers

/// Texts side by side as tokens, the shorter ones filled up.
package struct TokenBatch {
  /// `[B, L]`.
  package let ids: IntTensor
  /// 1 for tokens, 0 for padding, `[B, L]`.
  package let mask: IntTensor

  /// Tokens of texts with the special tokens around them.
  package init(_ texts: [String], _ tokenizer: any Tokenizer) throws {
    let rows = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
    ids = IntTensor(rows.map(\.ids))
    mask = IntTensor(rows.map(\.attentionMask))
  }
}
