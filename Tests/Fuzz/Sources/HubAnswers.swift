import Foundation
import Hub
import Support

/// Fetches a model and a picture from a hub that gives the answers of an input, each as the bytes that follow a line
/// `@@ answer`, one after the other to whatever is asked.
///
/// All that is asked goes to that hub, as to a proxy, wherever the answers lead; so it sees who gets the token.
func readHubAnswers(_ bytes: [UInt8]) throws {
  let answers = InputFiles(bytes).files.filter { $0.name == "answer" }.map(\.bytes)
  let cache = folder.path("hub")
  try? FileManager.default.removeItem(atPath: cache)
  var settings = HubSettings(cacheDirectory: cache)
  settings.endpoint = "http://hub.test"
  settings.token = "hf_secret"
  settings.proxies.http = "http://127.0.0.1:\(ScriptedServer.shared.port)"
  settings.proxies.https = settings.proxies.http
  settings.retryWaits = [0]
  settings.sleep = { _ in }
  ScriptedServer.shared.answer(with: answers)
  defer {
    let beside = try? FileManager.default.contentsOfDirectory(atPath: folder.path(""))
    require(
      beside == nil || Set(beside ?? []).subtracting(["hub"]).isEmpty, "files outside of the cache: \(beside ?? [])")
    try? FileManager.default.removeItem(atPath: cache)
  }
  do {
    let hub = Hub(settings)
    let directory = try hub.snapshot(of: RepositoryName("org/model"))
    require(directory.hasPrefix(cache + "/models--org--model/snapshots/"), "the snapshot is elsewhere: \(directory)")
    checkLinks(of: directory, in: cache)
    _ = try hub.download("http://pictures.test/cat.jpg", limit: 1 << 16)
  } catch let error as HubError {
    require(error.kind != .unavailable, "\(error)")
    require(!error.message.contains("hf_secret"), "the token is said: \(error)")
    throw error
  }
}

/// What a snapshot links to is in the cache.
private func checkLinks(of directory: String, in cache: String) {
  let root = URL(fileURLWithPath: cache).resolvingSymlinksInPath().path
  for name in FileManager.default.enumerator(atPath: directory)?.compactMap({ $0 as? String }) ?? [] {
    let path = URL(fileURLWithPath: "\(directory)/\(name)").resolvingSymlinksInPath().path
    require(path.hasPrefix(root + "/"), "\(name) leads out of the cache: \(path)")
  }
}

/// A server in a thread of its own that gives prepared answers, whatever it is asked, and hangs up after each.
final class ScriptedServer: @unchecked Sendable {
  static let shared = ScriptedServer()

  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var answers: [[UInt8]] = []

  private init() {
    #if os(Linux)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var status: Int32 = -1
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        status = bind(listener, $0, size) | listen(listener, 64) | getsockname(listener, $0, &size)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    require(status == 0, "no server can be started")
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client >= 0 { serve(client) }
      }
    }
  }

  /// Gives these answers from now on; afterwards there is nothing.
  func answer(with answers: [[UInt8]]) {
    lock.withLock { self.answers = answers.reversed() }
  }

  private func serve(_ client: Int32) {
    // Without waiting for a last word, so that no port stays taken.
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    defer { close(client) }
    var question: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while question.count < 1 << 18, !question.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let count = recv(client, &piece, piece.count, 0)
      guard count > 0 else { return }
      question += piece[..<count]
    }
    let text = String(decoding: question, as: UTF8.self)
    require(
      !text.contains("hf_secret")
        || text.split(separator: " ").dropFirst().first?.hasPrefix("http://hub.test/") == true,
      "the token goes elsewhere: \(text)")
    var rest = lock.withLock { answers.popLast() } ?? Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8)
    while !rest.isEmpty {
      let count = send(client, rest, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      rest.removeFirst(count)
    }
    shutdown(client, Int32(SHUT_WR))
    while recv(client, &piece, piece.count, 0) > 0 {}
  }
}
