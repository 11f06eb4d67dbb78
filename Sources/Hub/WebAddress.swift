/// An address of the web, `https://host:port/path?query`, taken apart.
///
/// Only what is needed is accepted: `http` or `https`, a host of ASCII characters, no name or password. So no two readers of
/// it can disagree about the host, which decides whether the token goes along.
struct WebAddress: Equatable, Sendable, CustomStringConvertible {
  /// `"http"` or `"https"`.
  let scheme: String
  /// In lower case; an address of IPv6 in its brackets.
  let host: String
  /// The port, the scheme's own where none is given.
  let port: Int
  /// Begins with `/`.
  let path: String
  /// What follows the `?`.
  let query: String?

  private static let byteLimit = 16_384

  /// Takes an address apart; `nil` if it is none of this kind.
  init?(_ text: String) {
    guard let separator = text.utf8.firstRange(of: Array("://".utf8)) else { return nil }
    self.init(scheme: String(text[..<separator.lowerBound]), rest: text[separator.upperBound...])
  }

  private init?(scheme: String, rest: Substring) {
    self.scheme = scheme.lowercased()
    guard let ownPort = Self.ports[self.scheme], rest.utf8.count <= Self.byteLimit else { return nil }
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let (host, port) = Self.hostAndPort(authority) else { return nil }
    self.host = host
    self.port = port ?? ownPort
    guard let (path, query) = Self.pathAndQuery(rest.dropFirst(authority.count)) else { return nil }
    self.path = path.isEmpty ? "/" : path
    self.query = query
  }

  private static let ports = ["http": 80, "https": 443]

  private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int?)? {
    var host = authority
    var port: Int?
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      let digits = authority[authority.index(after: colon)...]
      host = authority[..<colon]
      if !digits.isEmpty {
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
          let number = Int(digits), (1...65_535).contains(number)
        else { return nil }
        port = number
      }
    }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    let name = isBracketed ? host.dropFirst().dropLast() : host
    let allowed =
      isBracketed ? "0123456789abcdefABCDEF:." : "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
    guard !name.isEmpty, name.utf8.count <= 255, name.utf8.allSatisfy(allowed.utf8.contains) else { return nil }
    return (host.lowercased(), port)
  }

  /// Path and query without a fragment; characters beyond ASCII become their UTF-8 in `%` and digits.
  private static func pathAndQuery(_ text: Substring) -> (path: String, query: String?)? {
    var encoded = ""
    for scalar in text.unicodeScalars {
      if scalar == "#" { break }
      guard scalar.value > 0x20, scalar.value != 0x7F else { return nil }
      if scalar.isASCII { encoded.unicodeScalars.append(scalar) } else { encoded += String(scalar).percentEncoded() }
    }
    let mark = encoded.firstIndex(of: "?")
    return (
      String(encoded[..<(mark ?? encoded.endIndex)]), mark.map { String(encoded[encoded.index(after: $0)...]) }
    )
  }

  /// The address that a `Location` leads to; `nil` if it leads nowhere on the web.
  func resolving(_ location: String) -> WebAddress? {
    if location.utf8.firstRange(of: Array("://".utf8)) != nil,
      location.utf8.prefix(while: { $0 != UInt8(ascii: ":") }).allSatisfy({ isSchemeByte($0) })
    {
      return WebAddress(location)
    }
    if location.hasPrefix("//") { return WebAddress("\(scheme):\(location)") }
    if location.hasPrefix("/") { return WebAddress(origin + location) }
    if location.hasPrefix("?") { return WebAddress(origin + path + location) }
    if location.utf8.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":")) { return nil }
    let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
    return WebAddress(origin + folder + location)
  }

  /// Scheme, host and port: who answers.
  var origin: String { "\(scheme)://\(host)" + (port == Self.ports[scheme] ? "" : ":\(port)") }

  /// Whether both are answered by the same server: by scheme, host and port.
  func hasSameOrigin(as other: WebAddress) -> Bool { origin == other.origin }

  var description: String { origin + path + (query.map { "?" + $0 } ?? "") }
}

private func isSchemeByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"),
    UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
    true
  default: false
  }
}

extension Collection<UInt8> {
  /// Where other bytes stand first.
  func firstRange(of other: [UInt8]) -> Range<Index>? {
    var start = startIndex
    while start != endIndex {
      if self[start...].starts(with: other) { return start..<index(start, offsetBy: other.count) }
      start = index(after: start)
    }
    return nil
  }
}
