import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A socket that waits for connections on 127.0.0.1, at a port that the system chooses.
final class Listener: Sendable {
  let descriptor: Int32
  let port: UInt16

  init() throws {
    let descriptor = Connection.makeSocket()
    var address = Connection.address(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  /// The next connection.
  func next() -> Connection? {
    while true {
      let accepted = accept(descriptor, nil, nil)
      if accepted >= 0 { return Connection(accepted) }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }
}

/// A connection between two programs.
final class Connection: @unchecked Sendable {
  private let lock = NSLock()
  private var descriptor: Int32
  /// Bytes that were read and not used yet. Only the thread that reads touches it.
  private var buffer: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    Self.prepare(descriptor)
  }

  /// Connects to a port of this machine.
  init?(port: UInt16) {
    descriptor = Self.makeSocket()
    var address = Self.address(port: port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close()
      return nil
    }
  }

  deinit { close() }

  /// Ends reading and writing: who waits for the other side goes on.
  func cut() { lock.withLock { if descriptor >= 0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } } }

  /// Ends the connection, in programs that were started just after it was made and inherited it, too.
  func close() {
    lock.withLock {
      if descriptor >= 0 {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
        closeDescriptor(descriptor)
      }
      descriptor = -1
    }
  }

  /// Reads until an empty line; nil at the end of the connection or if it takes more than 64 KiB.
  func readHead() -> [UInt8]? {
    let mark = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      while searched + 4 <= buffer.count {
        if buffer[searched] == 13, Array(buffer[searched..<searched + 4]) == mark {
          let head = Array(buffer[..<searched])
          buffer.removeFirst(searched + 4)
          return head
        }
        searched += 1
      }
      guard buffer.count < 65_536, let more = readSome() else { return nil }
      buffer += more
    }
  }

  /// Whatever comes next; nil at the end of the connection.
  func readSome() -> [UInt8]? {
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &block, block.count, 0)
      if count > 0 { return Array(block.prefix(count)) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }

  /// What was read ahead, and is used now.
  func takeBuffer() -> [UInt8] {
    defer { buffer = [] }
    return buffer
  }

  /// Sends bytes; false if the other side has gone.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Self.noSignal)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }

  /// A socket that programs started meanwhile do not inherit: one would keep a connection open that was cut.
  static func makeSocket() -> Int32 {
    #if canImport(Darwin)
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    #endif
    prepare(descriptor)
    return descriptor
  }

  private static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    #if canImport(Darwin)
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  #if canImport(Darwin)
    private static let noSignal: Int32 = 0
  #else
    private static let noSignal = Int32(MSG_NOSIGNAL)
  #endif
}

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
