import CCurl
import Support

/// libcurl, looked up when the first byte is fetched.
///
/// Foundation's URLSession would do, but it links libcurl and thirty libraries more into each lesson, whose start takes
/// 25 ms longer; on Linux it holds all bytes in memory that are not yet written (814 MB of a file of 1 GB in a test), and it
/// decodes answers in ways that cannot be turned off. libcurl itself is there wherever Swift on Linux or macOS is. Its
/// numbers for options and errors are part of its interface, and have been the same since libcurl 7.32 (2013).
struct CurlLibrary: @unchecked Sendable {
  // Addresses of functions, which never change.

  typealias Handle = UnsafeMutableRawPointer
  private typealias Initialize = @convention(c) (Int) -> Int32
  typealias Start = @convention(c) () -> Handle?
  typealias Use = @convention(c) (Handle) -> Void
  typealias Perform = @convention(c) (Handle) -> Int32
  typealias AppendToList = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
  typealias FreeList = @convention(c) (UnsafeMutableRawPointer?) -> Void
  private typealias Complaint = @convention(c) (Int32) -> UnsafePointer<CChar>?

  let start: Start
  let end, reset: Use
  let perform: Perform
  let append: AppendToList
  let freeList: FreeList
  private let setOption: UnsafeMutableRawPointer
  private let complaint: Complaint

  /// The library, or nil where it is not installed.
  static let installed =
    DynamicLibrary("curl", version: 4, formula: "curl").flatMap(CurlLibrary.init)
    ?? DynamicLibrary("curl-gnutls", version: 4, formula: "curl").flatMap(CurlLibrary.init)

  /// The functions of a library, or nil if it lacks one.
  private init?(_ library: DynamicLibrary) {
    guard let initialize = library.function("curl_global_init", as: Initialize.self),
      let start = library.function("curl_easy_init", as: Start.self),
      let end = library.function("curl_easy_cleanup", as: Use.self),
      let reset = library.function("curl_easy_reset", as: Use.self),
      let perform = library.function("curl_easy_perform", as: Perform.self),
      let append = library.function("curl_slist_append", as: AppendToList.self),
      let freeList = library.function("curl_slist_free_all", as: FreeList.self),
      let setOption = library.function("curl_easy_setopt", as: UnsafeMutableRawPointer.self),
      let complaint = library.function("curl_easy_strerror", as: Complaint.self)
    else { return nil }
    (self.start, self.end, self.reset, self.perform) = (start, end, reset, perform)
    (self.append, self.freeList, self.setOption, self.complaint) = (append, freeList, setOption, complaint)
    let everything = 3
    guard initialize(everything) == 0 else { return nil }
  }

  /// The library's words for an error.
  func text(of error: Int32) -> String { complaint(error).map { String(cString: $0) } ?? "error \(error)" }

  // MARK: Options

  /// Options by libcurl's numbers: numbers from 0, pointers from 10000, functions from 20000.
  enum Option: Int32 {
    case hasNoProgress = 43
    case noBody = 44
    case connectTimeout = 78
    case httpVersion = 84
    case bufferSize = 98
    case noSignal = 99
    case protocols = 181
    case suppressConnectHeaders = 265
    case writeData = 10001
    case address = 10002
    case proxy = 10004
    case errorBuffer = 10010
    case userAgent = 10018
    case headers = 10023
    case headerData = 10029
    case watcherData = 10057
    case certificateFile = 10065
    case proxyExceptions = 10177
    case writeFunction = 20011
    case headerFunction = 20079
    case watcher = 20219
  }

  func set(_ option: Option, _ value: Int, of handle: Handle) {
    _ = curlSetNumber(setOption, handle, option.rawValue, value)
  }

  /// libcurl copies the text.
  func set(_ option: Option, _ value: String, of handle: Handle) {
    _ = curlSetText(setOption, handle, option.rawValue, value)
  }

  func set(_ option: Option, _ value: UnsafeMutableRawPointer?, of handle: Handle) {
    _ = curlSetPointer(setOption, handle, option.rawValue, value)
  }

  func set(_ option: Option, _ value: @escaping CurlReceiver, of handle: Handle) {
    _ = curlSetReceiver(setOption, handle, option.rawValue, value)
  }

  func set(_ option: Option, _ value: @escaping CurlWatcher, of handle: Handle) {
    _ = curlSetWatcher(setOption, handle, option.rawValue, value)
  }
}
