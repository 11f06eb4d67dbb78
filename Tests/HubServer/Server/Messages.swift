import Foundation

/// Which port of the server was asked.
public enum Port: String, Sendable {
  /// The hub itself.
  case hub
  /// The storage of large files, on another port, as the hub's is on another host.
  case storage
  /// A proxy, which passes requests on.
  case proxy
}

/// A request as it came in.
public struct Request: Sendable {
  /// Which port was asked.
  public let port: Port
  /// `GET`, `HEAD` and so on.
  public let method: String
  /// Path and query as sent.
  public let target: String
  /// The protocol's version as sent.
  public let version: String
  /// All headers in their order.
  public let headers: [(name: String, value: String)]
  /// The status that it was answered with; 0 while it is not answered, or if the answer has none.
  public internal(set) var status = 0
  /// How many bytes of the answer's body were sent.
  public internal(set) var bytesSent = 0

  /// The value of a header, whatever the case of its name.
  public subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }

  /// The path without the query, its percent signs resolved.
  public var path: String {
    let path = target.prefix { $0 != "?" }
    return path.removingPercentEncoding ?? String(path)
  }

  /// The parts of the path between its slashes, each with its percent signs resolved: a revision may have a slash.
  var parts: [String] {
    target.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      .map { $0.removingPercentEncoding ?? String($0) }
  }

  /// The value of a query's parameter.
  func parameter(_ name: String) -> String? {
    guard let query = target.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
    for pair in query.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      if sides.first.map(String.init) == name { return sides.dropFirst().first?.removingPercentEncoding ?? "" }
    }
    return nil
  }

  /// The first byte that is asked for: of `Range: bytes=100-` the 100.
  public var rangeStart: Int? {
    guard let range = self["Range"], range.hasPrefix("bytes=") else { return nil }
    return Int(range.dropFirst(6).prefix { $0 != "-" })
  }

  /// One line for the messages of tests.
  public var summary: String { "\(port.rawValue) \(method) \(target) \(self["Range"] ?? "") -> \(status)" }
}

/// An answer, before it is sent. Faults change it.
public struct Answer: Sendable {
  /// How the end of the body is marked.
  public enum Framing: Sendable {
    /// By `Content-Length`.
    case length
    /// By the last chunk.
    case chunked
    /// By the end of the connection.
    case close
  }

  /// The status code.
  public var status = 200
  /// The headers, without those that mark the body's end.
  public var headers: [(name: String, value: String)] = []
  /// The body.
  public var body = Content([])
  /// The range of the body that is sent.
  public var range: Range<Int>
  /// The protocol's version in the first line.
  public var version = "HTTP/1.1"
  /// How the end is marked.
  public var framing = Framing.length
  /// What `Content-Length` says instead of the truth.
  public var statedLength: Int?
  /// After how many bytes of the body the connection is cut.
  public var cut: Int?
  /// After how many bytes of the body nothing is sent for how many seconds.
  public var pause: (after: Int, seconds: Double)?
  /// How many bytes are sent in a second.
  public var bytesPerSecond: Int?
  /// Whether the body is sent over and over, without end.
  public var isEndless = false
  /// Bytes that are sent instead of all of it; then the connection is closed.
  public var raw: [UInt8]?

  /// An answer with a body.
  public init(_ status: Int, _ body: Content = Content([]), _ headers: [(name: String, value: String)] = []) {
    self.status = status
    self.body = body
    self.headers = headers
    range = 0..<body.count
  }

  /// A text as body.
  public init(_ status: Int, text: String, type: String = "text/plain; charset=utf-8") {
    self.init(status, Content(text), [("Content-Type", type)])
  }

  /// The value of a header.
  public subscript(header: String) -> String? {
    get { headers.first { $0.name.lowercased() == header.lowercased() }?.value }
    set {
      headers.removeAll { $0.name.lowercased() == header.lowercased() }
      if let newValue { headers.append((header, newValue)) }
    }
  }

  /// The answer to a request for a part (RFC 9110, section 14), if the request asks for one and its condition holds.
  mutating func select(for request: Request) {
    headers.append(("Accept-Ranges", "bytes"))
    guard status == 200, let text = request["Range"], text.hasPrefix("bytes=") else { return }
    if let condition = request["If-Range"], condition != self["ETag"] { return }
    let bounds = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard bounds.count == 2 else { return }
    let count = body.count
    let wanted: Range<Int>? =
      switch (bounds[0], bounds[1]) {
      case (let first?, let last): first < count ? first..<max(first, min(count, (last ?? count - 1) + 1)) : nil
      case (nil, let last?): count > 0 ? max(0, count - last)..<count : nil
      default: 0..<count
      }
    if let wanted {
      status = 206
      range = wanted
      headers.append(("Content-Range", "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(count)"))
    } else {
      self = Answer(416, Content([]), [("Content-Range", "bytes */\(count)")])
    }
  }

  /// The first line and the headers as they are sent.
  func head(closing: Bool) -> [UInt8] {
    var lines = ["\(version) \(status) \(Self.reasons[status] ?? "Status")"]
    lines += headers.map { "\($0.name): \($0.value)" }
    switch framing {
    case .length: lines.append("Content-Length: \(statedLength ?? range.count)")
    case .chunked: lines.append("Transfer-Encoding: chunked")
    case .close: break
    }
    lines.append("Connection: \(closing ? "close" : "keep-alive")")
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private static let reasons = [
    200: "OK", 206: "Partial Content", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    407: "Proxy Authentication Required", 416: "Range Not Satisfiable", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
  ]
}
