import Support

/// A question to a server.
struct HTTPRequest {
  enum Method: String {
    case get = "GET"
    case head = "HEAD"
  }

  var method = Method.get
  var address: WebAddress
  var headers: [(name: String, value: String)] = []
  /// Seconds without a byte after which it is given up.
  var timeout: Int
}

/// The head of an answer.
struct HTTPResponse: Equatable {
  /// Who answered.
  let address: WebAddress
  let status: Int
  /// Names in lower case.
  private let fields: [String: String]

  init(address: WebAddress, status: Int, fields: [String: String] = [:]) {
    self.address = address
    self.status = status
    self.fields = fields
  }

  /// The value of a field, whatever the case of its name; of several with one name the first counts.
  subscript(_ name: String) -> String? { fields[name.lowercased()] }

  /// Whether the answer only leads elsewhere.
  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) && self["Location"] != nil }

  /// How many bytes follow, where the answer says it.
  ///
  /// - Throws: ``HubError`` for a number that is none.
  func announcedByteCount() throws(HubError) -> Int? {
    guard let text = self["Content-Length"] else { return nil }
    return try byteCount(text, in: "Content-Length")
  }

  /// Where the bytes of a partial answer begin, and how many the whole file has.
  ///
  /// - Throws: ``HubError`` if the answer does not say it as it must.
  func contentRange() throws(HubError) -> (start: Int, total: Int?) {
    let text = self["Content-Range"] ?? ""
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("bytes "), let start = parts[0].dropFirst(6).split(separator: "-").first
    else {
      throw HubError(
        .malformedAnswer, "\(address.host) sends a part of a file, and does not say which: \(quoted(text))")
    }
    return (
      try byteCount(start, in: "Content-Range"), parts[1] == "*" ? nil : try byteCount(parts[1], in: "Content-Range")
    )
  }

  /// A number of bytes in a field: digits, and no more than 2⁵³, a thousand times the largest file of the hub.
  func byteCount(_ text: some StringProtocol, in field: String) throws(HubError) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let count = Int(text), count <= 1 << 53
    else {
      throw HubError(.malformedAnswer, "\(address.host) says \(field): \(quoted(text)), which is no number of bytes")
    }
    return count
  }
}

/// Reads the lines of an answer's head as they arrive, without trusting them.
struct HTTPHeadReader {
  static let byteLimit = 256 << 10
  private var status: Int?
  private var fields: [String: String] = [:]
  private var byteCount = 0
  private var isComplete = false

  /// Takes a line with its end; false if the head is none, or is too large.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
    byteCount += line.count
    guard byteCount <= Self.byteLimit else { return false }
    let text = String(decoding: line, as: UTF8.self)
    let content = text.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
    if content.hasPrefix("HTTP/") {
      // What came before was an answer on the way: 100 Continue.
      let parts = content.split(separator: " ")
      guard parts.count >= 2, parts[1].utf8.count == 3, let number = Int(parts[1]), (100...999).contains(number) else {
        return false
      }
      (status, fields, isComplete) = (number, [:], false)
      return true
    }
    if content.isEmpty { isComplete = true }
    // Fields that follow the body say nothing about it that we need.
    guard !isComplete, let colon = content.firstIndex(of: ":") else { return true }
    let name = content[..<colon].lowercased()
    let value = content[content.index(after: colon)...]
    if fields[name] == nil { fields[name] = String(value.drop(while: \.isWhitespace).trimmingTrailingSpace) }
    return true
  }

  /// The head of the answer; `nil` before its first line.
  func response(from address: WebAddress) -> HTTPResponse? {
    status.map { HTTPResponse(address: address, status: $0, fields: fields) }
  }
}

extension Substring {
  fileprivate var trimmingTrailingSpace: Substring {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
