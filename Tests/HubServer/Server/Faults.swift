import Foundation
import Support

/// Misbehavior: a change of an answer before it is sent.
public struct Fault: Sendable {
  let change: @Sendable (inout Answer, Request) -> Void

  /// Any change.
  public init(_ change: @escaping @Sendable (inout Answer, Request) -> Void) { self.change = change }

  /// The connection is cut after so many bytes of the body.
  public static func cut(after count: Int) -> Fault { Fault { answer, _ in answer.cut = count } }

  /// After so many bytes nothing is sent for a while.
  public static func pause(after count: Int, seconds: Double) -> Fault {
    Fault { answer, _ in answer.pause = (count, seconds) }
  }

  /// A slow connection.
  public static func slow(bytesPerSecond: Int) -> Fault {
    Fault { answer, _ in answer.bytesPerSecond = bytesPerSecond }
  }

  /// One bit of the body is another.
  public static let corrupt = Fault { answer, _ in
    var bytes = answer.body.bytes
    guard !bytes.isEmpty else { return }
    bytes[bytes.count / 2] ^= 1
    answer.body = Content(bytes)
  }

  /// Another body, and all that goes with its length.
  public static func body(_ content: Content) -> Fault {
    Fault { answer, _ in
      answer.body = content
      answer.range = 0..<content.count
    }
  }

  /// `Content-Length` says another number than is sent; the connection is closed after it.
  public static func statedLength(_ length: Int) -> Fault { Fault { answer, _ in answer.statedLength = length } }

  /// Another answer altogether.
  public static func answer(_ other: Answer) -> Fault { Fault { answer, _ in answer = other } }

  /// A status with the headers that the hub sends with it.
  public static func status(_ status: Int, _ headers: [(name: String, value: String)] = [], text: String = "") -> Fault
  {
    let error = Answer(status, Content(text), headers)
    return .answer(error)
  }

  /// Headers that are missing.
  public static func without(_ headers: String...) -> Fault {
    Fault { answer, _ in for header in headers { answer[header] = nil } }
  }

  /// A header with another value.
  public static func header(_ name: String, _ value: String) -> Fault { Fault { answer, _ in answer[name] = value } }

  /// Ranges are ignored: the whole body is sent, with status 200.
  public static let withoutRanges = Fault { answer, _ in
    answer["Accept-Ranges"] = nil
    guard answer.status == 206 else { return }
    answer["Content-Range"] = nil
    answer.status = 200
    answer.range = 0..<answer.body.count
  }

  /// Another address.
  public static func redirect(to location: String, status: Int = 302) -> Fault {
    .status(status, [("Location", location)])
  }

  /// The request is sent to its own address again.
  public static let redirectLoop = Fault { answer, request in
    answer = Answer(302, Content([]), [("Location", request.target)])
  }

  /// The body is sent over and over, without an end and without its length.
  public static let endless = Fault { answer, _ in
    answer.isEndless = true
    answer.framing = .chunked
    if answer.body.count == 0 { answer.body = Content([UInt8](repeating: 0x20, count: 1_000)) }
    answer.range = 0..<answer.body.count
  }

  /// The old protocol, which ends a body by closing the connection and states no length.
  public static let http10 = Fault { answer, _ in
    answer.version = "HTTP/1.0"
    answer.framing = .close
  }

  /// The body in chunks, without its length.
  public static let chunked = Fault { answer, _ in answer.framing = .chunked }

  /// The body compressed as gzip does, whatever the client accepts. It is stored, not deflated.
  public static let gzip = Fault { answer, _ in
    answer.body = Content(gzipped(Array(answer.body.bytes(answer.range))))
    answer.range = 0..<answer.body.count
    answer.headers.append(("Content-Encoding", "gzip"))
  }

  /// The connection is closed without an answer.
  public static let silence = Fault { answer, _ in answer.raw = [] }

  /// These bytes are sent instead of an answer.
  public static func raw(_ bytes: [UInt8]) -> Fault { Fault { answer, _ in answer.raw = bytes } }
}

/// A gzip file (RFC 1952) of stored blocks.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  var start = 0
  repeat {
    let block = bytes[start..<min(bytes.count, start + 65_535)]
    start += block.count
    let length = UInt16(block.count)
    result.append(start == bytes.count ? 1 : 0)
    for word in [length, ~length] { result += [UInt8(word & 255), UInt8(word >> 8)] }
    result += block
  } while start < bytes.count
  let checksum = bytes.withUnsafeBytes(CRC32.of)
  for word in [checksum, UInt32(bytes.count)] { result += (0..<4).map { UInt8(word >> (8 * UInt32($0)) & 255) } }
  return result
}
