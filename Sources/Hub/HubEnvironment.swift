import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The variables of an environment.
struct Variables {
  private let value: (String) -> String?

  init(_ variables: [String: String]) { value = { variables[$0] } }

  /// Those of this process.
  static var ofThisProcess: Variables {
    Variables { getenv($0).map { String(cString: $0) } }
  }

  private init(_ value: @escaping (String) -> String?) { self.value = value }

  /// The value of a variable that is set.
  subscript(name: String) -> String? { value(name) }

  /// The value of a variable that is set and not empty.
  func text(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
}

extension HubSettings {
  /// The settings that the environment's variables give, with the names and rules of huggingface_hub: `HF_HOME`,
  /// `HF_HUB_CACHE` (formerly `HUGGINGFACE_HUB_CACHE`), `XDG_CACHE_HOME`, `HF_ENDPOINT`, `HF_TOKEN` (formerly
  /// `HUGGING_FACE_HUB_TOKEN`), `HF_TOKEN_PATH`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_OFFLINE` (also
  /// `TRANSFORMERS_OFFLINE`), `HF_HUB_ETAG_TIMEOUT`, `HF_HUB_DOWNLOAD_TIMEOUT`; the proxies' variables, and
  /// `SSL_CERT_FILE`.
  ///
  /// - Throws: ``HubError`` for an address or a number that is none.
  public init(environment: [String: String]) throws(HubError) {
    try self.init(Variables(environment))
  }

  /// The settings that this process's own variables give.
  ///
  /// - Throws: ``HubError`` for an address or a number that is none.
  public static func ofThisProcess() throws(HubError) -> HubSettings {
    try HubSettings(.ofThisProcess)
  }

  private init(_ variables: Variables) throws(HubError) {
    func path(_ name: String) -> String? { variables[name].map { expandedPath($0, variables) } }

    let userCache = FileSystem.join(variables["HOME"] ?? "/", ".cache")
    let home =
      path("HF_HOME")
      ?? expandedPath(
        FileSystem.join(variables["XDG_CACHE_HOME"] ?? userCache, "huggingface"), variables)
    self.init(
      cacheDirectory: path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? FileSystem.join(home, "hub"))
    if let address = variables.text("HF_ENDPOINT") {
      var address = address[...]
      while address.last == "/" { address.removeLast() }
      endpoint = String(address)
      guard let parsed = WebAddress(endpoint), parsed.query == nil else {
        throw HubError(
          .invalidSetting, "HF_ENDPOINT is \(quoted(endpoint)); an address such as https://huggingface.co is expected")
      }
    }
    isOffline = isTrue(variables.text("HF_HUB_OFFLINE") ?? variables["TRANSFORMERS_OFFLINE"])
    if !isTrue(variables["HF_HUB_DISABLE_IMPLICIT_TOKEN"]) {
      token = try Self.token(variables, path("HF_TOKEN_PATH") ?? FileSystem.join(home, "token"))
    }
    questionTimeout = try Self.seconds("HF_HUB_ETAG_TIMEOUT", variables) ?? questionTimeout
    downloadTimeout = try Self.seconds("HF_HUB_DOWNLOAD_TIMEOUT", variables) ?? downloadTimeout
    proxies = ProxySettings(variables)
    certificateFile = variables.text("SSL_CERT_FILE")
  }

  /// The token of the environment, else that of the file that `hf auth login` writes.
  private static func token(_ variables: Variables, _ file: String) throws(HubError) -> String? {
    let variable = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].first { variables.text($0) != nil }
    let text: String
    let source: String
    if let variable, let value = variables[variable] {
      (text, source) = (value, variable)
    } else {
      guard FileSystem.exists(file) else { return nil }
      do throws(DataError) {
        (text, source) = (try FileSystem.readText(file, limit: 1 << 16), file)
      } catch {
        throw HubError(.invalidSetting, "\(error): the hub's token is read from it")
      }
    }
    let token = cleaned(text)
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw HubError(.invalidSetting, "the hub's token in \(source) has characters that no token has")
    }
    return token.isEmpty ? nil : token
  }

  /// A token without the line ends and spaces around it.
  private static func cleaned(_ text: String) -> String {
    let scalars = text.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(String.UnicodeScalarView(scalars[first...last]))
  }

  /// A number of seconds; 0 counts as none given, as in huggingface_hub.
  private static func seconds(_ name: String, _ variables: Variables) throws(HubError) -> Int? {
    guard let text = variables[name] else { return nil }
    guard let seconds = Int(text), (0...86_400).contains(seconds) else {
      throw HubError(.invalidSetting, "\(name) is \(quoted(text)); seconds from 1 to 86400 are expected")
    }
    return seconds == 0 ? nil : seconds
  }
}

/// Whether a variable says yes: `1`, `ON`, `YES` or `TRUE`, in any case.
private func isTrue(_ value: String?) -> Bool {
  ["1", "ON", "YES", "TRUE"].contains(value?.uppercased())
}

/// A path with `~` and `$NAME` or `${NAME}` in place of which stands what they say, as Python's `expanduser` and
/// `expandvars` do it; what is not set stays as it is.
private func expandedPath(_ path: String, _ variables: Variables) -> String {
  var result = ""
  var rest = path[...]
  if rest == "~" || rest.hasPrefix("~/"), let home = variables["HOME"] {
    result = home
    rest = rest.dropFirst()
  }
  while let dollar = rest.firstIndex(of: "$") {
    result += rest[..<dollar]
    rest = rest[dollar...]
    let isBraced = rest.dropFirst().first == "{"
    let name = rest.dropFirst(isBraced ? 2 : 1).prefix {
      isBraced ? $0 != "}" : $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber)
    }
    let reference = rest[..<name.endIndex] + (isBraced && name.endIndex < rest.endIndex ? "}" : "")
    result += variables[String(name)] ?? String(reference)
    rest = rest.dropFirst(reference.count)
  }
  return result + rest
}
