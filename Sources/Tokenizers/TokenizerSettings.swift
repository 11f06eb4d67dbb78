/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say, brought together as
/// `from_pretrained` of transformers 5 does.
struct TokenizerSettings {
  /// The members of `tokenizer_config.json`.
  let configuration: JSONNode
  /// Tokens with a role, by the name of the role: `bos_token` and so on. A role that is set to `null` is in
  /// ``absentRoles``.
  private(set) var named: [String: AddedToken] = [:]
  private(set) var absentRoles: Set<String> = []
  /// Tokens to add, in order of their ids in the files.
  private(set) var addedTokens: [AddedToken] = []
  /// Special tokens without one of the usual roles, in order.
  private(set) var extraTokens: [AddedToken] = []

  /// The names of the usual roles.
  static let roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]

  /// Reads the files of a folder.
  ///
  /// - Parameter tokenizerJSON: the folder's `tokenizer.json`, whose added tokens count here too.
  init(folder: TokenizerFolder, tokenizerJSON: TokenizerJSON?) throws(TokenizerError) {
    configuration = try folder.jsonIfPresent("tokenizer_config.json")
    let listsAddedTokens = !configuration["added_tokens_decoder"].isNull
    // Where the configuration lists the added tokens, the older files no longer count.
    let specialTokensMap =
      listsAddedTokens
      ? JSONNode(value: .object([]), file: configuration.file, path: "")
      : try folder.jsonIfPresent("special_tokens_map.json")

    for role in Self.roles {
      for source in [configuration, specialTokensMap] {
        guard let (_, value) = try source.members().last(where: { $0.key == role }) else { continue }
        let node = source.member(role, value)
        named[role] = node.isNull ? nil : try Self.specialToken(node)
        if node.isNull { absentRoles.insert(role) } else { absentRoles.remove(role) }
      }
    }
    try readExtraTokens(configuration)
    try readExtraTokens(specialTokensMap)
    try readAddedTokens(
      listsAddedTokens: listsAddedTokens, addedTokensFile: try folder.jsonIfPresent("added_tokens.json"),
      tokenizerJSON: tokenizerJSON)
    for role in Self.roles {
      // The fuller description of the same token counts.
      if let token = named[role], let listed = addedTokens.first(where: { $0.content == token.content }) {
        named[role] = listed
      }
    }
  }

  /// Gives a role a token, unless the files have given it one or `null`.
  mutating func setDefault(_ role: String, _ text: String) {
    guard named[role] == nil, !absentRoles.contains(role) else { return }
    named[role] =
      addedTokens.first { $0.content == text } ?? AddedToken(content: text, isSpecial: true)
  }

  /// All that must be added to a tokenizer, in order: listed tokens, tokens with roles, extra ones.
  var tokensToAdd: [AddedToken] {
    let roleTokens = Self.roles.compactMap { named[$0] }
    var tokens = addedTokens.map { token in
      var token = token
      if roleTokens.contains(where: { $0.content == token.content }) { token.isSpecial = true }
      return token
    }
    // Two roles may describe one token differently; the later description counts.
    let listed = Set(addedTokens.map { Array($0.content.utf8) })
    for var token in roleTokens + extraTokens where !listed.contains(Array(token.content.utf8)) {
      token.isSpecial = true
      tokens.append(token)
    }
    return tokens
  }

  /// A special token, written as its text or as an object.
  private static func specialToken(_ node: JSONNode) throws(TokenizerError) -> AddedToken {
    if case .string(let text) = node.value { return AddedToken(content: text, isSpecial: true) }
    guard case .object = node.value else { throw node.error("a token is wanted, \(node.value.kind) was found") }
    return try AddedToken(node)
  }

  private mutating func readExtraTokens(_ source: JSONNode) throws(TokenizerError) {
    // Such as `image_token`, which a multimodal tokenizer may name.
    for (key, value) in try source.members() where key.hasSuffix("_token") && !Self.roles.contains(key) {
      if case .string(let text) = value { extraTokens.append(AddedToken(content: text, isSpecial: true)) }
    }
    let list =
      source["extra_special_tokens"].isNull ? source["additional_special_tokens"] : source["extra_special_tokens"]
    switch list.value {
    case .null: break
    case .object(let members):
      for (name, value) in members { extraTokens.append(try Self.specialToken(list.member(name, value))) }
    default:
      for node in try list.elements() { extraTokens.append(try Self.specialToken(node)) }
    }
  }

  private mutating func readAddedTokens(
    listsAddedTokens: Bool, addedTokensFile: JSONNode, tokenizerJSON: TokenizerJSON?
  ) throws(TokenizerError) {
    var tokens: [Int: AddedToken] = [:]
    if listsAddedTokens {
      let list = configuration["added_tokens_decoder"]
      for (key, value) in try list.members() {
        let node = list.member(key, value)
        guard let id = Int(key) else { throw node.error("the key must be a token id") }
        tokens[id] = try AddedToken(node)
      }
    } else {
      let special = Set((Array(named.values) + extraTokens).map(\.content))
      for (text, value) in try addedTokensFile.members() {
        let isSpecial = special.contains(text)
        tokens[try addedTokensFile.member(text, value).integer()] =
          AddedToken(content: text, isSpecial: isSpecial, isNormalized: !isSpecial)
      }
      for (id, token) in try tokenizerJSON?.addedTokens() ?? [] { tokens[id] = token }
    }
    addedTokens = tokens.sorted { $0.key < $1.key }.map(\.value)
  }
}
