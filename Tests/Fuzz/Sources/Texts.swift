import Support
import Tokenizers

private let tokenizerFiles: Set = [
  "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
  "vocab.txt", "config.json",
]

/// Reads the files of a tokenizer and encodes a text, which may be among them.
func readTokenizer(_ bytes: [UInt8]) throws {
  let input = InputFiles(bytes)
  folder.clear()
  input.write(tokenizerFiles)
  let tokenizer = try loadTokenizer(directory: folder.path(""))
  let text = input["text"].map { String(decoding: $0.prefix(500), as: UTF8.self) } ?? "A dog's 2 cats naïve 中文 🐕 [MASK]"
  try use(tokenizer, text)
}

/// Reads a SentencePiece model.
func readSentencePiece(_ bytes: [UInt8]) throws {
  folder.clear()
  folder.write(bytes, to: "spiece.model")
  folder.link(fixtures + "/siglip", "tokenizer_config.json")
  try use(try loadTokenizer(directory: folder.path("")), "A dog's 2 cats naïve 中文 🐕 </s> <unk>")
}

private func use(_ tokenizer: any Tokenizer, _ text: String) throws {
  let single = tokenizer.encode(text)
  check(single, tokenizer)
  check(tokenizer.encode(text, addSpecialTokens: false), tokenizer)
  check(tokenizer.encode(text, pair: "a cat"), tokenizer)
  for truncation in [Truncation.length(0), .length(3), .length(8), .modelMaxLength] {
    guard
      let encoding = try? tokenizer.encode(text, pair: "a cat", addSpecialTokens: true, truncation: truncation)
    else { continue }
    check(encoding, tokenizer)
    if case .length(let length) = truncation { require(encoding.count <= length) }
  }
  if let padded = try? tokenizer.pad([single, tokenizer.encode("")], to: .length(single.count + 2)) {
    for encoding in padded {
      require(encoding.count >= single.count + 2)
      check(encoding, tokenizer)
    }
  }
  _ = tokenizer.decode(single.ids, skipSpecialTokens: true)
  _ = tokenizer.decode(Array(-2...20) + single.ids + [.max, .min])
  _ = tokenizer.processorTruncation(isPadding: true)
}

/// All columns are equally long, and every token is in the vocabulary.
private func check(_ encoding: Encoding, _ tokenizer: any Tokenizer) {
  let lengths = [encoding.attentionMask, encoding.typeIDs, encoding.specialTokensMask].map(\.count)
  require(lengths.allSatisfy { $0 == encoding.count } && encoding.tokens.count == encoding.count)
  for id in encoding.ids {
    guard let token = tokenizer.token(for: id) else { preconditionFailure("token \(id) is not in the vocabulary") }
    require(tokenizer.id(of: token) != nil)
  }
}
