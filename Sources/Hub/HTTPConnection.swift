import CCurl
import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Asks servers, one question at a time, and waits for each answer; the connection stays open for the next question.
///
/// Nothing is followed, decoded or kept here: a redirect is an answer like any other.
final class HTTPConnection {
  /// Why no answer came, or only a part of one.
  struct Failure: Error {
    /// libcurl's number.
    let code: Int32
    /// libcurl's words.
    let text: String
    let host: String
    /// Whether a proxy is named for such addresses.
    var hasProxy = false

    /// Whether there was no connection at all, so that trying again at once is of little use.
    var isRefusal: Bool { [5, 6, 7].contains(code) }
    /// Whether the server could not prove who it is; trying again would change nothing.
    var isDistrust: Bool { [51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91].contains(code) }
    /// Whether the answer is none of HTTP's.
    var isNonsense: Bool { [1, 8].contains(code) }
  }

  /// What becomes of an answer whose head has arrived.
  enum Choice {
    /// Its bytes are taken.
    case take
    /// Its bytes do not matter.
    case ignore
  }

  private let curl: CurlLibrary
  private let handle: CurlLibrary.Handle
  private let settings: HubSettings

  /// - Throws: ``HubError`` where libcurl is not installed.
  init(_ settings: HubSettings) throws(HubError) {
    guard let curl = CurlLibrary.installed, let handle = curl.start() else {
      throw HubError(
        .unavailable, "nothing can be fetched without libcurl (on Debian and Ubuntu: sudo apt-get install libcurl4)")
    }
    (self.curl, self.handle, self.settings) = (curl, handle, settings)
  }

  deinit { curl.end(handle) }

  /// Asks, and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - head: sees the head of the answer before its first byte, and decides about these.
  ///   - body: takes bytes in their order; a throw ends the transfer.
  /// - Throws: ``Failure``, and whatever `head` and `body` throw.
  func ask(
    _ request: HTTPRequest, head: (HTTPResponse) throws -> Choice, body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    try withoutActuallyEscaping(head) { head in
      try withoutActuallyEscaping(body) { body in
        try run(request, Transfer(request, settings.now, head: head, body: body))
      }
    }
  }

  private func run(_ request: HTTPRequest, _ transfer: Transfer) throws -> HTTPResponse {
    curl.reset(handle)
    var headers: UnsafeMutableRawPointer?
    for (name, value) in request.headers + [("Accept-Encoding", "identity")] {
      headers = curl.append(headers, "\(name): \(value)") ?? headers
    }
    defer { curl.freeList(headers) }
    configure(request)
    curl.set(.headers, headers, of: handle)
    let pointer = Unmanaged.passUnretained(transfer).toOpaque()
    curl.set(.headerData, pointer, of: handle)
    curl.set(.writeData, pointer, of: handle)
    curl.set(.headerFunction, takeHeadLine, of: handle)
    curl.set(.writeFunction, takeBytes, of: handle)
    curl.set(.watcherData, pointer, of: handle)
    curl.set(.watcher, isSilent, of: handle)
    curl.set(.hasNoProgress, 0, of: handle)

    // A server that hangs up while we write must not end the program.
    let formerHandler = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, formerHandler) }
    var words = [CChar](repeating: 0, count: 256)
    let code = words.withUnsafeMutableBufferPointer { words in
      curl.set(.errorBuffer, UnsafeMutableRawPointer(words.baseAddress), of: handle)
      return withExtendedLifetime(transfer) { curl.perform(handle) }
    }
    curl.reset(handle)  // it keeps the connection, and forgets what it pointed to
    if code == 0 { transfer.decide() }
    if let error = transfer.error { throw error }
    if code == 0 || transfer.isCut, let response = transfer.response { return response }
    let text = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    throw Failure(
      code: code, text: text.isEmpty ? curl.text(of: code) : text, host: request.address.host,
      hasProxy: proxy(for: request.address) != nil)
  }

  private func proxy(for address: WebAddress) -> String? {
    address.scheme == "https" ? settings.proxies.https : settings.proxies.http
  }

  private func configure(_ request: HTTPRequest) {
    curl.set(.address, request.address.description, of: handle)
    curl.set(.noBody, request.method == .head ? 1 : 0, of: handle)
    curl.set(.userAgent, settings.userAgent, of: handle)
    let (http, https, version1) = (1, 2, 2)
    curl.set(.protocols, http | https, of: handle)
    // Of one question at a time version 2 is no faster, and its windows of flow control are one thing more to go wrong.
    curl.set(.httpVersion, version1, of: handle)
    curl.set(.bufferSize, 256 << 10, of: handle)
    curl.set(.noSignal, 1, of: handle)
    curl.set(.suppressConnectHeaders, 1, of: handle)
    curl.set(.connectTimeout, request.timeout, of: handle)
    // An empty text keeps libcurl from looking into the environment itself.
    curl.set(.proxy, proxy(for: request.address) ?? "", of: handle)
    curl.set(.proxyExceptions, settings.proxies.exceptions ?? "", of: handle)
    if let file = settings.certificateFile { curl.set(.certificateFile, file, of: handle) }
  }
}

/// An answer as it arrives.
private final class Transfer {
  private let address: WebAddress
  private let timeout: Double
  private let now: () -> Double
  private var latestByte: Double
  private let head: (HTTPResponse) throws -> HTTPConnection.Choice
  private let body: (UnsafeRawBufferPointer) throws -> Void
  private var reader = HTTPHeadReader()
  private var choice: HTTPConnection.Choice?
  private var ignoredByteCount = 0
  /// The head, once it is complete.
  private(set) var response: HTTPResponse?
  /// What kept the answer from being taken.
  private(set) var error: (any Error)?
  /// Whether the rest of an answer that does not matter was not waited for.
  private(set) var isCut = false

  init(
    _ request: HTTPRequest, _ now: @escaping () -> Double,
    head: @escaping (HTTPResponse) throws -> HTTPConnection.Choice,
    body: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    (address, timeout, self.now, self.head, self.body) = (request.address, Double(request.timeout), now, head, body)
    latestByte = now()
  }

  /// Whether nothing has come for longer than the timeout. libcurl's own measure is the speed over some seconds.
  var isSilent: Bool { now() - latestByte > timeout }

  func takeHead(_ line: UnsafeRawBufferPointer) -> Bool {
    latestByte = now()
    if reader.take(line) { return true }
    error = HubError(.malformedAnswer, "\(address.host) answers with a head that is none of HTTP's, or is endless")
    return false
  }

  /// Asks once, when the head is complete, what becomes of the rest.
  func decide() {
    guard choice == nil, let response = reader.response(from: address) else { return }
    self.response = response
    do { choice = try head(response) } catch { self.error = error }
  }

  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // Seen again when they are written: a slow disk is no silence.
    defer { latestByte = now() }
    decide()
    guard error == nil, let choice else { return false }
    switch choice {
    case .take:
      do { try body(bytes) } catch { self.error = error }
      return error == nil
    case .ignore:
      // A short rest is read, so that the connection can be used again.
      ignoredByteCount += bytes.count
      isCut = ignoredByteCount > 64 << 10
      return !isCut
    }
  }
}

private func takeHeadLine(
  _ start: UnsafeMutablePointer<CChar>?, _: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
)
  -> Int
{
  guard let pointer else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
  return transfer.takeHead(UnsafeRawBufferPointer(start: start, count: count)) ? count : 0
}

private func takeBytes(
  _ start: UnsafeMutablePointer<CChar>?, _: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
)
  -> Int
{
  guard let pointer else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
  // What differs from the count ends the transfer; of an empty piece any number but 0 does.
  return transfer.take(UnsafeRawBufferPointer(start: start, count: count)) ? count : count == 0 ? 1 : 0
}

private func isSilent(_ pointer: UnsafeMutableRawPointer?, _: Int64, _: Int64, _: Int64, _: Int64) -> Int32 {
  guard let pointer else { return 1 }
  return Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue().isSilent ? 1 : 0
}
