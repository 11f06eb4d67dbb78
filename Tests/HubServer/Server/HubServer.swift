import Foundation

/// A server for tests that behaves as the hub of Hugging Face does, with the misbehavior that a test asks for.
///
/// It has three ports of 127.0.0.1: the hub, the storage of large files (on the real hub another host), and a proxy.
/// Everything that comes in is recorded. `check_client.py` holds it to the real client.
public final class HubServer: @unchecked Sendable {
  private let lock = NSLock()
  private let listeners: [Port: Listener]
  // All below are used under the lock.
  private var repositoryList: [Repository]
  private var renamedTo: [String: String] = [:]
  private var knownTokens: Set<String> = []
  private var plainFiles: [String: (content: Content, type: String)] = [:]
  private var rules: [Rule] = []
  private var recorded: [Request] = []
  private var accepted: [Port: Int] = [:]
  private var open: [ObjectIdentifier: Connection] = [:]
  private var isStopped = false
  private var proxyLoginText: String?

  /// A fault for some requests.
  private struct Rule {
    let port: Port?
    let method: String?
    let text: String
    var remaining: Int
    let fault: Fault
  }

  /// How many entries a page of a tree's listing has.
  public let pageSize: Int
  /// Whether answers say where a file's chunks are, as the hub does for most repositories.
  public let namesChunks: Bool

  /// Starts a server with these repositories.
  public init(_ repositories: [Repository] = [], pageSize: Int = 1_000, namesChunks: Bool = true) throws {
    repositoryList = repositories
    self.pageSize = pageSize
    self.namesChunks = namesChunks
    listeners = try [.hub: Listener(), .storage: Listener(), .proxy: Listener()]
    for (port, listener) in listeners {
      Thread.detachNewThread { [weak self] in
        while let connection = listener.next() {
          guard let self, self.begin(connection, port) else { break }
          Thread.detachNewThread { self.serve(connection, port) }
        }
        Connection(listener.descriptor).close()
      }
    }
  }

  deinit { stop() }

  /// The address of a port, without a slash at its end: the hub's is what `HF_ENDPOINT` holds.
  public func address(of port: Port, host: String = "127.0.0.1") -> String {
    "http://\(host):\(listeners[port]?.port ?? 0)"
  }

  /// The address of the hub.
  public var endpoint: String { address(of: .hub) }

  // MARK: What it holds

  /// The repositories.
  public var repositories: [Repository] { lock.withLock { repositoryList } }

  /// Adds a repository, or puts it in the place of one with its name.
  public func put(_ repository: Repository) {
    lock.withLock {
      repositoryList.removeAll { $0.name == repository.name }
      repositoryList.append(repository)
    }
  }

  /// A repository has another name now; the old one leads to it.
  public func rename(_ old: String, to new: String) { lock.withLock { renamedTo[old] = new } }

  /// Tokens that the hub has given out. All others are refused.
  public func accept(tokens: Set<String>) { lock.withLock { knownTokens.formUnion(tokens) } }

  /// A file at an address of its own, outside of repositories.
  public func put(_ content: Content, at path: String, type: String) {
    lock.withLock { plainFiles[path] = (content, type) }
  }

  /// The proxy asks for a name and a password, as `name:password`.
  public func demandLogin(_ login: String) { lock.withLock { proxyLoginText = login } }

  // MARK: Misbehavior

  /// Lets a fault happen.
  ///
  /// - Parameters:
  ///   - text: what the request's target contains.
  ///   - times: to how many such requests it happens, from now on.
  public func add(_ fault: Fault, to text: String = "", on port: Port? = nil, method: String? = nil, times: Int = .max)
  {
    lock.withLock { rules.append(Rule(port: port, method: method, text: text, remaining: times, fault: fault)) }
  }

  /// From now on it behaves.
  public func removeFaults() { lock.withLock { rules = [] } }

  // MARK: What it saw

  /// All requests so far, in the order in which they came.
  public var requests: [Request] { lock.withLock { recorded } }

  /// The requests of one kind.
  public func requests(_ port: Port, _ method: String? = nil, _ text: String = "") -> [Request] {
    requests.filter {
      $0.port == port && (method ?? $0.method) == $0.method && (text.isEmpty || $0.target.contains(text))
    }
  }

  /// How many connections were opened so far, used or not.
  public var connectionCount: Int { lock.withLock { accepted.values.reduce(0, +) } }

  /// How many connections to one port were opened so far.
  public func connectionCount(_ port: Port) -> Int { lock.withLock { accepted[port] ?? 0 } }

  /// Forgets what it saw.
  public func forget() {
    lock.withLock {
      recorded = []
      accepted = [:]
    }
  }

  /// Ends all connections; new ones are refused.
  public func stop() {
    let connections: [Connection]? = lock.withLock {
      if isStopped { return nil }
      isStopped = true
      return Array(open.values)
    }
    guard let connections else { return }
    for connection in connections { connection.cut() }
    // A connection of our own wakes each thread that waits for one.
    for listener in listeners.values { Connection(port: listener.port)?.close() }
  }

  // MARK: Connections

  private func begin(_ connection: Connection, _ port: Port) -> Bool {
    lock.withLock {
      if isStopped { return false }
      accepted[port, default: 0] += 1
      open[ObjectIdentifier(connection)] = connection
      return true
    }
  }

  private func serve(_ connection: Connection, _ port: Port) {
    defer {
      lock.withLock { open[ObjectIdentifier(connection)] = nil }
      connection.close()
    }
    while let head = connection.readHead(), let request = Self.parse(head, port) {
      let index = lock.withLock {
        recorded.append(request)
        return recorded.count - 1
      }
      if port == .proxy {
        pass(request, on: connection)
        return
      }
      var answer = port == .hub ? hubAnswer(to: request) : storageAnswer(to: request)
      for fault in faults(for: request) { fault.change(&answer, request) }
      let (bytesSent, isDone) = send(answer, to: request, on: connection)
      lock.withLock {
        // The record may have been forgotten meanwhile.
        if index < recorded.count, recorded[index].target == request.target {
          recorded[index].status = answer.raw == nil ? answer.status : 0
          recorded[index].bytesSent = bytesSent
        }
      }
      if !isDone { return }
    }
  }

  private static func parse(_ head: [UInt8], _ port: Port) -> Request? {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    guard let first = lines.first?.split(separator: " "), first.count == 3 else { return nil }
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    return Request(
      port: port, method: String(first[0]), target: String(first[1]), version: String(first[2]), headers: headers)
  }

  private func faults(for request: Request) -> [Fault] {
    lock.withLock {
      var found: [Fault] = []
      for index in rules.indices {
        let rule = rules[index]
        guard rule.remaining > 0, rule.port.map({ $0 == request.port }) ?? true,
          rule.method.map({ $0 == request.method }) ?? true, rule.text.isEmpty || request.target.contains(rule.text)
        else { continue }
        rules[index].remaining -= 1
        found.append(rule.fault)
      }
      return found
    }
  }

  /// Sends an answer: how many bytes of the body went out, and whether the connection can be used again.
  private func send(_ answer: Answer, to request: Request, on connection: Connection) -> (Int, Bool) {
    if let raw = answer.raw {
      connection.write(raw)
      return (0, false)
    }
    let closes =
      answer.framing == .close || answer.statedLength != nil || request["Connection"]?.lowercased() == "close"
      || request.version == "HTTP/1.0"
    guard connection.write(answer.head(closing: closes)) else { return (0, false) }
    if request.method == "HEAD" { return (0, !closes) }
    var sent = 0
    var pause = answer.pause
    let blockSize = answer.bytesPerSecond.map { max(1, $0 / 20) } ?? Content.blockSize
    repeat {
      var start = answer.range.lowerBound
      while start < answer.range.upperBound {
        var end = min(answer.range.upperBound, start + blockSize)
        let first = sent - start
        if let cut = answer.cut, end + first > cut { end = max(start, cut - first) }
        if let stop = pause, stop.after >= sent, stop.after < end + first {
          if stop.after > sent {
            end = stop.after - first
          } else {
            Thread.sleep(forTimeInterval: stop.seconds)
            pause = nil
          }
        }
        if end == start { return (sent, false) }
        let bytes = answer.body.bytes(start..<end)
        let framed =
          answer.framing == .chunked
          ? Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8) : bytes
        guard connection.write(framed) else { return (sent, false) }
        sent += bytes.count
        start = end
        if answer.bytesPerSecond != nil { Thread.sleep(forTimeInterval: 0.05) }
        if lock.withLock({ isStopped }) { return (sent, false) }
      }
    } while answer.isEndless
    if answer.framing == .chunked { connection.write(Array("0\r\n\r\n".utf8)) }
    return (sent, !closes && answer.cut == nil)
  }

  // MARK: The proxy

  /// Passes a request on to the port of this machine that it names, and all that comes back.
  private func pass(_ request: Request, on connection: Connection) {
    if let login = lock.withLock({ proxyLoginText }) {
      let expected = "Basic " + Data(login.utf8).base64EncodedString()
      guard request["Proxy-Authorization"] == expected else {
        let answer = Answer(407, Content([]), [("Proxy-Authenticate", "Basic realm=\"proxy\"")])
        _ = send(answer, to: request, on: connection)
        return
      }
    }
    let isTunnel = request.method == "CONNECT"
    guard let url = URL(string: isTunnel ? "http://" + request.target : request.target),
      let number = UInt16(exactly: url.port ?? 80), ["127.0.0.1", "localhost"].contains(url.host() ?? ""),
      let other = Connection(port: number)
    else {
      _ = send(Answer(502, text: "no such host"), to: request, on: connection)
      return
    }
    if isTunnel {
      connection.write(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8))
    } else {
      let origin = request.target.dropFirst("http://".count).drop { $0 != "/" }
      var lines = ["\(request.method) \(origin.isEmpty ? "/" : origin) HTTP/1.1"]
      let own = ["connection", "proxy-connection", "proxy-authorization"]
      lines += request.headers.filter { !own.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
      lines.append("Connection: close")
      other.write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }
    other.write(connection.takeBuffer())
    // Both directions have to be done before the connection is closed: its descriptor may then be another one's.
    let isSent = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      while let bytes = connection.readSome(), other.write(bytes) {}
      other.cut()
      isSent.signal()
    }
    while let bytes = other.readSome(), connection.write(bytes) {}
    connection.cut()
    other.cut()
    isSent.wait()
  }

  // MARK: What the answers ask

  func newName(of name: String) -> String? { lock.withLock { renamedTo[name] } }
  func repository(_ name: String) -> Repository? { lock.withLock { repositoryList.first { $0.name == name } } }
  func isKnown(token: String) -> Bool { lock.withLock { knownTokens.contains(token) } }
  func plainFile(_ path: String) -> (content: Content, type: String)? { lock.withLock { plainFiles[path] } }
}
