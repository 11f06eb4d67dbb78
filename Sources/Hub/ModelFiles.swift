import Support

/// Which files of a repository are wanted.
public enum FileSelection: Equatable, Sendable {
  /// What a model needs to run, and nothing else: see ``ModelFiles``.
  case model
  /// Files by their names; each must be there.
  case named([String])
}

/// The files that a model needs. A repository often has more: the same weights for other programs, pictures, a card.
///
/// | what | files |
/// |---|---|
/// | settings | `config.json`; of a model in the form of open_clip `open_clip_config.json` too |
/// | image processor | `preprocessor_config.json`, `processor_config.json` |
/// | generation | `generation_config.json` |
/// | tokenizer | `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json`, `vocab.json`, `merges.txt`, `vocab.txt`, `spiece.model`; without a `tokenizer.json` `sentencepiece.bpe.model` |
/// | weights | what `transformers_weights` in `config.json` names; else the first there is of `model.safetensors`, `model.safetensors.index.json`, `pytorch_model.bin` and `pytorch_model.bin.index.json`; with an index the files that it names. Of open_clip the first there is of `open_clip_model.safetensors`, `open_clip_pytorch_model.safetensors` and `open_clip_pytorch_model.bin` |
///
/// A repository is in the form of open_clip if it has `open_clip_config.json`, and a `config.json` that names no `model_type`
/// (timm writes such a one), or none, or no weights but open_clip's.
public enum ModelFiles {
  static let settings = "config.json"
  static let openCLIPSettings = "open_clip_config.json"
  private static let besideSettings = [
    "preprocessor_config.json", "processor_config.json", "generation_config.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
    // transformers makes SigLIP's tokens from it, though there is a tokenizer.json.
    "spiece.model",
  ]
  private static let weights = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]
  private static let openCLIPWeights = [
    "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
  ]

  /// The names of the files that a model needs, the weights last.
  ///
  /// - Parameters:
  ///   - has: whether the repository has a file of this name.
  ///   - open: the path of a file of the repository, which is fetched if need be.
  /// - Throws: ``HubError`` if it is no model, or has no weights that can be read; what `has` and `open` throw; `DataError`
  ///   if the settings or an index of weights cannot be read.
  static func names(
    of repository: RepositoryName, has: (String) throws -> Bool, open: (String) throws -> String
  ) throws -> [String] {
    var settings = JSONNode([:], file: nil)
    var names: [String] = []
    if try has(Self.settings) {
      names.append(Self.settings)
      let file = try open(Self.settings)
      settings = JSONNode(try JSON(contentsOf: file), file: file)
    }
    let isOpenCLIP = try isOpenCLIP(settings, has: has)
    if isOpenCLIP { names.append(openCLIPSettings) }
    guard !names.isEmpty else {
      throw HubError(.fileNotFound, "\(repository) has no config.json, so it is no model that can be read")
    }
    for name in besideSettings where try has(name) { names.append(name) }
    if try has("tokenizer.json") {
      names.append("tokenizer.json")
    } else if try has("sentencepiece.bpe.model") {
      names.append("sentencepiece.bpe.model")
    }
    let candidates = isOpenCLIP ? openCLIPWeights : weights
    if !isOpenCLIP, case .string(let named) = settings["transformers_weights"].value {
      guard RepositoryCache.canHold(named), try has(named) else {
        throw HubError(
          .fileNotFound, "\(repository) has no file \(quoted(named)), which its config.json names for the weights")
      }
      return names + (try weightFiles(named, has: has, open: open))
    }
    guard let first = try candidates.first(where: has) else {
      throw HubError(
        .fileNotFound, "\(repository) has no weights that can be read: looked for \(candidates.joined(separator: ", "))"
      )
    }
    return names + (try weightFiles(first, has: has, open: open))
  }

  private static func isOpenCLIP(_ settings: JSONNode, has: (String) throws -> Bool) throws -> Bool {
    guard try has(openCLIPSettings) else { return false }
    if settings["model_type"].isNull { return true }
    return try settings["transformers_weights"].isNull && !weights.contains(where: has)
      && openCLIPWeights.contains(where: has)
  }

  /// A file of weights, or an index with the files that it names.
  private static func weightFiles(
    _ name: String, has: (String) throws -> Bool, open: (String) throws -> String
  ) throws -> [String] {
    guard name.hasSuffix(".index.json") else { return [name] }
    let index = try open(name)
    let map = JSONNode(try JSON(contentsOf: index), file: index)["weight_map"]
    var shards: Set<String> = []
    for (key, value) in try map.members() {
      let node = map.member(key, value)
      let shard = try node.string()
      guard RepositoryCache.canHold(shard), shard.hasSuffix(".safetensors") || shard.hasSuffix(".bin") else {
        throw node.error("\(quoted(shard)) is not the name of a file of weights in the repository")
      }
      guard try shards.contains(shard) || has(shard) else {
        throw node.error("the repository has no file \(quoted(shard))")
      }
      shards.insert(shard)
    }
    return [name] + shards.sorted()
  }
}
