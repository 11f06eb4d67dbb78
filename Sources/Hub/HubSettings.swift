import Support

/// Where the hub and the cache are, and how patient a download is; each as huggingface_hub reads it from the environment.
public struct HubSettings: Sendable {
  /// The hub's address without a slash at its end (`HF_ENDPOINT`).
  public var endpoint = "https://huggingface.co"
  /// The directory of the cache (`HF_HUB_CACHE`, else `hub` in `HF_HOME`).
  public var cacheDirectory: String
  /// What the reader is known by at the hub (`HF_TOKEN`, else the file `token` in `HF_HOME`); sent to the hub alone, and
  /// never shown.
  public var token: String?
  /// Whether no connection may be opened (`HF_HUB_OFFLINE`).
  public var isOffline = false
  /// What a program says it is.
  public var userAgent = "multimodal-course/1; swift"
  /// Seconds without a byte after which a question to the hub is given up (`HF_HUB_ETAG_TIMEOUT`).
  public var questionTimeout = 10
  /// Seconds without a byte after which a download counts as cut (`HF_HUB_DOWNLOAD_TIMEOUT`).
  public var downloadTimeout = 10
  /// Seconds before the second try of a request, the third, and so on; a try that brought bytes starts over at the first.
  public var retryWaits: [Double] = [1, 2, 4, 8]
  /// Seconds that a server may ask to wait (`Retry-After`) until the wait counts as a refusal.
  public var longestWait = 300.0
  /// Proxies, and what is reached without one.
  public var proxies = ProxySettings()
  /// A file with the certificates that are trusted in place of the system's (`SSL_CERT_FILE`).
  public var certificateFile: String?

  /// Waits for some seconds.
  public var sleep: @Sendable (Double) -> Void = { SystemClock.sleep($0) }
  /// Seconds of a clock that never goes back.
  public var now: @Sendable () -> Double = { SystemClock.seconds }

  /// The public hub, with no token, and a cache.
  public init(cacheDirectory: String) { self.cacheDirectory = cacheDirectory }
}

/// The proxy for each kind of address (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`), and the hosts that need none (`NO_PROXY`).
public struct ProxySettings: Equatable, Sendable {
  /// The proxy's address for `http://…`; `nil` for none.
  public var http: String?
  /// The proxy's address for `https://…`; `nil` for none.
  public var https: String?
  /// Hosts separated by commas; `*` for all.
  public var exceptions: String?

  /// No proxy.
  public init() {}

  /// As the variables say, in lower case or upper case; the lower case counts where both are set.
  public init(environment: [String: String]) { self.init(Variables(environment)) }

  init(_ variables: Variables) {
    func value(_ name: String) -> String? { variables.text(name) ?? variables.text(name.uppercased()) }
    http = value("http_proxy") ?? value("all_proxy")
    https = value("https_proxy") ?? value("all_proxy")
    exceptions = value("no_proxy")
  }
}
