import Checkpoints
import Notebook
import Pretrained
import Support

/// The files of a checkpoint's directory and what each is for.
let checkpointFiles: [(name: String, contents: String)] = [
  ("config.json", "sizes of the two towers"),
  ("model.safetensors", "the learned numbers, each tensor with its name"),
  ("preprocessor_config.json", "how a picture becomes numbers"),
  ("vocab.json", "each token's number"),
  ("merges.txt", "which pairs of tokens were merged, in order"),
  ("tokenizer.json", "the same vocabulary and merges, with all rules"),
  ("tokenizer_config.json", "the longest text, the class of tokenizer"),
  ("special_tokens_map.json", "tokens with a role: start, end, padding"),
]

extension ModelDirectory {
  /// The size of a file; a missing one ends the program.
  func byteCount(_ name: String) -> Int {
    Notebook.require(try MappedFile(path: require([name], purpose: "such file")).bytes.count)
  }
}

/// The lines of a checkpoint's `merges.txt` behind its first, which names the version: "left right".
func mergesFile(_ directory: String) throws -> [String] {
  let file = try MappedFile(path: directory + "/merges.txt")
  return withExtendedLifetime(file) {
    String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").dropFirst().map(String.init)
  }
}

/// Where the parameters of models are: for each part a row with every model's number and share.
func parameterRows(_ models: [CLIPModel]) -> [[Cell]] {
  let parts = [
    ("text: a vector for each token", "text_model.embeddings.token_embedding"),
    ("text: positions", "text_model.embeddings.position_embedding"),
    ("text: transformer", "text_model.encoder"),
    ("picture: patches, [CLS], positions", "vision_model.embeddings"),
    ("picture: transformer", "vision_model.encoder"),
    ("text into the common space", "text_projection"),
    ("picture into the common space", "visual_projection"),
  ]
  var counts = parts.map { part in models.map { $0.parameterCount(under: part.1) } }
  let all = models.map(\.parameterCount)
  let rest = models.indices.map { model in all[model] - counts.reduce(0) { $0 + $1[model] } }
  counts += [rest, all]
  return zip(parts.map(\.0) + ["norms outside of blocks, scale", "all"], counts).map { name, counts in
    [.text(name)]
      + zip(counts, all).flatMap { [Cell.integer($0), .percent(Double($0) / Double($1), decimals: 1)] }
  }
}
