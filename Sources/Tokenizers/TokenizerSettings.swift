import Support

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say, brought together as
/// `from_pretrained` of transformers 5 does.
struct TokenizerSettings {
  /// A special token as a file gives it.
  enum Description {
    /// Only its text.
    case text(String)
    /// With its flags.
    case token(AddedToken)

    var content: String {
      switch self {
      case .text(let text): text
      case .token(let token): token.content
      }
    }

    /// The token to add.
    var token: AddedToken {
      switch self {
      case .text(let text): AddedToken(content: text, isSpecial: true)
      case .token(let token): token
      }
    }

    /// Equal for descriptions that say the same, byte by byte: the text, and before it the flags.
    var identity: [UInt8] {
      guard case .token(let token) = self else { return [.max] + content.utf8 }
      let flags = [token.isSpecial, token.isNormalized, token.stripsLeft, token.stripsRight, token.isSingleWord]
      return [flags.reduce(0) { $0 << 1 | ($1 ? 1 : 0) }] + content.utf8
    }
  }

  /// The members of `tokenizer_config.json`.
  let configuration: JSONNode
  /// Tokens with a usual role, by the name of the role: `bos_token` and so on.
  private(set) var named: [String: Description] = [:]
  /// The roles that are set to `null`.
  private(set) var absentRoles: Set<String> = []
  /// Tokens to add, in order of their ids in the files.
  private var addedTokens: [AddedToken] = []
  /// Tokens with roles of a model's own, such as `image_token`, in order.
  private var modelTokens: [Description] = []
  /// Where each of these roles stands.
  private var modelRoles: [String: Int] = [:]
  /// Special tokens without a role, in order; `nil` as long as no file has such a list.
  private var extraTokens: [Description]?

  /// The names of the usual roles, in the order in which transformers goes through them.
  static let roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
  private static let listKey = "extra_special_tokens"
  private static let olderListKey = "additional_special_tokens"

  /// Reads the files of a folder.
  ///
  /// - Parameter tokenizerJSON: the folder's `tokenizer.json`, whose added tokens count here too.
  init(folder: TokenizerFolder, tokenizerJSON: TokenizerJSON?) throws(DataError) {
    configuration = try folder.jsonIfPresent("tokenizer_config.json")
    let list = configuration["added_tokens_decoder"]
    try readConfiguration()
    var olderList = configuration[Self.olderListKey]
    var listed: [(id: Int, token: AddedToken)] = []
    if list.isNull {
      let map = try folder.jsonIfPresent("special_tokens_map.json")
      try readMap(map)
      if !map[Self.olderListKey].isNull { olderList = map[Self.olderListKey] }
      let file = try folder.jsonIfPresent("added_tokens.json")
      let special = Set((Array(named.values) + (extraTokens ?? [])).map { Array($0.content.utf8) })
      for (text, value) in try file.members() {
        let isSpecial = special.contains(Array(text.utf8))
        // Looked for in the normalized text even if the token turns out to have a role of the model's by default.
        let token = AddedToken(content: text, isSpecial: isSpecial, statedNormalization: !isSpecial)
        listed.append((try file.member(text, value).integer(), token))
      }
      listed += try tokenizerJSON?.addedTokens() ?? []
    } else {
      // Where the configuration lists the added tokens, the older files no longer count.
      for (key, value) in try list.members() {
        let node = list.member(key, value)
        guard let id = Int(key) else { throw node.error("the key must be a token id") }
        listed.append((id, try AddedToken(node)))
      }
    }
    // A newer list wins, even an empty one.
    if extraTokens == nil { extraTokens = try Self.descriptions(olderList) }
    var tokens: [Int: AddedToken] = [:]
    for (id, token) in listed { tokens[id] = token }
    addedTokens = tokens.sorted { $0.key < $1.key }.map(\.value)
    for role in Self.roles {
      // The list describes the token more fully.
      guard let content = named[role]?.content else { continue }
      if let (_, token) = listed.last(where: { $0.token.spells(content) }) { named[role] = .token(token) }
    }
  }

  /// Gives a role a token, unless the files have given it one or `null`.
  mutating func setDefault(_ role: String, _ text: String) {
    if named[role] == nil, !absentRoles.contains(role) { named[role] = .text(text) }
  }

  /// Lets tokens that are given by their text alone take the white space around them, as SigLIP's class does.
  mutating func stripAroundRoles(_ roles: [String]) {
    for role in roles {
      guard case .text(let text)? = named[role] else { continue }
      named[role] = .token(
        AddedToken(
          content: text, isSpecial: true, statedNormalization: false, stripsLeft: true, stripsRight: true))
    }
  }

  /// All that must be added to a tokenizer, in order: listed tokens, tokens with roles, extra ones.
  ///
  /// Two roles may describe one token differently; then the later description counts, since both are added.
  ///
  /// - Parameter present: the added tokens that the tokenizer has already.
  func tokensToAdd(to present: [AddedToken]) -> [AddedToken] {
    let roleTokens = Self.roles.compactMap { named[$0] } + modelTokens
    let texts = Set((present + addedTokens).map { Array($0.content.utf8) })
    var known: Set<[UInt8]> = []
    let others = (roleTokens + (extraTokens ?? [])).filter {
      !texts.contains(Array($0.content.utf8)) && known.insert($0.identity).inserted
    }
    let roleTexts = Set(roleTokens.map { Array($0.content.utf8) })
    return (addedTokens.map { .token($0) } + others).map { description in
      var token = description.token
      if roleTexts.contains(Array(token.content.utf8)) { token.isSpecial = true }
      return token
    }
  }

  // MARK: Files

  /// Reads `tokenizer_config.json`.
  private mutating func readConfiguration() throws(DataError) {
    for role in Self.roles where configuration.has(role) { try setRole(role, configuration[role], isSpecial: nil) }
    try readModelTokens(configuration, isSpecial: nil)
    let list = configuration[Self.listKey]
    let olderList = configuration[Self.olderListKey]
    if Self.isEmpty(list), configuration.has(Self.olderListKey) {
      extraTokens = try Self.descriptions(olderList)
    } else if case .object(let object) = list.value {
      for (role, value) in object.members {
        setModelToken(role, try Self.description(list.member(role, value), isSpecial: nil))
      }
    } else if configuration.has(Self.listKey) {
      extraTokens = try Self.descriptions(list)
    }
  }

  /// Reads `special_tokens_map.json`, whose roles override those of the configuration.
  private mutating func readMap(_ map: JSONNode) throws(DataError) {
    for role in Self.roles where map.has(role) { try setRole(role, map[role], isSpecial: true) }
    try readModelTokens(map, isSpecial: true)
    let list = map[Self.listKey]
    switch list.value {
    case .null: break
    case .object(let object):
      extraTokens = nil
      for (role, value) in object.members {
        setModelToken(role, try Self.description(list.member(role, value), isSpecial: true))
      }
    default:
      var known = Set((extraTokens ?? []).map(\.identity))
      let new = try Self.descriptions(list, isSpecial: true).filter { known.insert($0.identity).inserted }
      extraTokens = (extraTokens ?? []) + new
    }
  }

  private mutating func setRole(_ role: String, _ node: JSONNode, isSpecial: Bool?) throws(DataError) {
    named[role] = node.isNull ? nil : try Self.description(node, isSpecial: isSpecial)
    if node.isNull { absentRoles.insert(role) } else { absentRoles.remove(role) }
  }

  /// Reads roles such as `image_token`, which a multimodal tokenizer may name.
  private mutating func readModelTokens(_ source: JSONNode, isSpecial: Bool?) throws(DataError) {
    for (key, value) in try source.members() where key.hasSuffix("_token") && !Self.roles.contains(key) {
      switch value {
      case .string, .object: setModelToken(key, try Self.description(source.member(key, value), isSpecial: isSpecial))
      default: break
      }
    }
  }

  private mutating func setModelToken(_ role: String, _ token: Description) {
    if let index = modelRoles[role] {
      modelTokens[index] = token
    } else {
      modelRoles[role] = modelTokens.count
      modelTokens.append(token)
    }
  }

  // MARK: Values

  /// Whether Python takes a value for false.
  private static func isEmpty(_ node: JSONNode) -> Bool {
    switch node.value {
    case .null: true
    case .array(let values): values.isEmpty
    case .object(let object): object.members.isEmpty
    default: false
    }
  }

  private static func descriptions(
    _ list: JSONNode, isSpecial: Bool? = nil
  ) throws(DataError) -> [Description] {
    if list.isNull { return [] }
    var tokens: [Description] = []
    for node in try list.elements() { tokens.append(try description(node, isSpecial: isSpecial)) }
    return tokens
  }

  /// A special token, written as its text or as an object.
  ///
  /// - Parameter isSpecial: whether the token is special; `nil` means as the object says.
  private static func description(_ node: JSONNode, isSpecial: Bool?) throws(DataError) -> Description {
    if case .string(let text) = node.value { return .text(text) }
    guard case .object = node.value else { throw node.error("a token is expected, \(node.value.kindName) was found") }
    var token = try AddedToken(node)
    // Only an object that `save_pretrained` has marked so describes all; a bare one comes from older files.
    if let isSpecial { token.isSpecial = isSpecial } else if node["__type"].isNull { token.isSpecial = true }
    return .token(token)
  }
}
