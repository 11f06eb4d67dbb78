import Support

/// Asks the hub: sends the token where it belongs, follows redirects, tries again, and says in a sentence what went wrong.
final class HubClient {
  let settings: HubSettings
  /// The hub's address.
  let hub: WebAddress
  private let connection: HTTPConnection
  private let report: (DownloadEvent) -> Void

  private static let redirectLimit = 10

  init(_ settings: HubSettings, report: @escaping (DownloadEvent) -> Void) throws(HubError) {
    guard let hub = WebAddress(settings.endpoint) else {
      throw HubError(.invalidSetting, "\(quoted(settings.endpoint)) is no address of a hub")
    }
    (self.settings, self.hub, self.report) = (settings, hub, report)
    connection = try HTTPConnection(settings)
  }

  /// Why no file came.
  enum Trouble: Error {
    /// No answer, or a part of one.
    case failure(HTTPConnection.Failure)
    /// An answer that refuses.
    case refusal(HTTPResponse)
  }

  // MARK: One question

  /// Asks, and follows redirects: the token is sent to the hub's own origin alone, and no longer once a redirect has led
  /// away from it.
  ///
  /// - Parameters:
  ///   - isDone: whether an answer that leads to another server says enough, so that it need not be followed.
  ///   - head: sees the head of the last answer if it is a success.
  ///   - body: takes its bytes.
  /// - Returns: all answers, the last one last.
  /// - Throws: ``Trouble``, ``HubError``, and what `body` throws.
  func ask(
    _ request: HTTPRequest, sendsToken: Bool = true, isDone: ([HTTPResponse]) -> Bool = { _ in false },
    head: (HTTPResponse) throws -> Void = { _ in }, body: (UnsafeRawBufferPointer) throws -> Void = { _ in }
  ) throws -> [HTTPResponse] {
    var request = request
    var answers: [HTTPResponse] = []
    var sendsToken = sendsToken
    let headers = request.headers
    while true {
      sendsToken = sendsToken && request.address.hasSameOrigin(as: hub)
      request.headers = headers
      if sendsToken, let token = settings.token { request.headers.append(("Authorization", "Bearer \(token)")) }
      let answer: HTTPResponse
      do {
        answer = try connection.ask(
          request,
          head: { response in
            guard (200...299).contains(response.status) else { return .ignore }
            try head(response)
            return .take
          }, body: body)
      } catch let failure as HTTPConnection.Failure {
        throw Trouble.failure(failure)
      }
      answers.append(answer)
      guard answer.isRedirect else {
        guard (200...299).contains(answer.status) else { throw Trouble.refusal(answer) }
        return answers
      }
      guard let next = answer["Location"].flatMap(answer.address.resolving) else {
        throw HubError(.malformedAnswer, "\(answer.address.host) redirects to an address that is none")
      }
      if !next.hasSameOrigin(as: answer.address), isDone(answers) { return answers }
      guard answers.count <= Self.redirectLimit else {
        throw HubError(.malformedAnswer, "\(answer.address.host) redirects from one address to the next without an end")
      }
      request.address = next
    }
  }

  // MARK: Again

  /// Tries until it succeeds, waiting longer each time; a try that brought bytes counts as the first again.
  ///
  /// - Parameters:
  ///   - isPatient: otherwise there is one try alone.
  ///   - progress: a number that has grown if a try brought something.
  /// - Throws: the last ``Trouble``, and whatever else `attempt` throws.
  func retrying<Result>(
    isPatient: Bool = true, progress: () -> Int = { 0 }, attempt: () throws -> Result
  ) throws -> Result {
    var failures = 0
    // So many that no file needs them, so that a server that sends a byte at a time comes to an end.
    for _ in 0..<500 {
      let before = progress()
      do {
        return try attempt()
      } catch let trouble as Trouble {
        if progress() > before { failures = 0 }
        guard isPatient, let seconds = wait(after: trouble, failures) else { throw trouble }
        if seconds >= 10 { report(.hint("the server is busy: trying again in \(Int(seconds)) seconds")) }
        settings.sleep(seconds)
        failures += 1
      }
    }
    return try attempt()
  }

  /// Seconds to wait before the next try; `nil` if there is to be none.
  private func wait(after trouble: Trouble, _ failures: Int) -> Double? {
    guard failures < settings.retryWaits.count else { return nil }
    let usual = settings.retryWaits[failures]
    switch trouble {
    case .failure(let failure):
      if failure.isDistrust || failure.isNonsense { return nil }
      return failure.isRefusal && failures > 0 ? nil : usual
    case .refusal(let answer):
      guard [408, 429, 500, 502, 503, 504].contains(answer.status) else { return nil }
      let asked = answer.secondsToWait ?? 0
      return asked > settings.longestWait ? nil : max(asked, usual)
    }
  }

  // MARK: In words

  /// What went wrong, in a sentence.
  ///
  /// - Parameters:
  ///   - repository: what was asked for; `nil` for an address outside of the hub.
  ///   - file: the file, if one was asked for.
  func explain(_ error: any Error, repository: RepositoryName?, file: String?) -> any Error {
    switch error {
    case Trouble.failure(let failure): explain(failure)
    case Trouble.refusal(let answer) where answer.status == 407:
      HubError(
        .unreachable,
        "\(answer.address.host) cannot be reached: the proxy asks for a name and a password (http://name:password@host:port)"
      )
    case Trouble.refusal(let answer):
      if let repository, answer.address.hasSameOrigin(as: hub) {
        refusal(answer, repository, file)
      } else {
        HubError(
          answer.status == 404 ? .fileNotFound : answer.status == 429 ? .rateLimited : .serverFault,
          "\(file.map { quoted($0) + ": " } ?? "")\(answer.address.host) answers \(answer.statusInWords)")
      }
    default: error
    }
  }

  private func explain(_ failure: HTTPConnection.Failure) -> HubError {
    let host = failure.host
    if failure.code == 77, let file = settings.certificateFile {
      return HubError(.invalidSetting, "SSL_CERT_FILE is \(quoted(file)), which cannot be read as certificates")
    }
    if failure.isDistrust {
      return HubError(
        .insecure,
        "\(host) could not prove that it is \(host) (\(failure.text)); behind a company's proxy set SSL_CERT_FILE to its certificates"
      )
    }
    if failure.isNonsense {
      return HubError(.malformedAnswer, "\(host) does not answer as a server of the web does (\(failure.text))")
    }
    let reason =
      switch failure.code {
      case 5: "the proxy cannot be found"
      case 6: "there is no such host, or no network"
      case 7: "no connection"
      case 28, 42: "it fell silent"
      default: "the connection broke"
      }
    let proxy = failure.hasProxy ? "; a proxy is set" : ""
    return HubError(.unreachable, "\(host) cannot be reached: \(reason) (\(failure.text)\(proxy))")
  }

  private func refusal(_ answer: HTTPResponse, _ repository: RepositoryName, _ file: String?) -> HubError {
    let page = "\(settings.endpoint)/\(repository.path)"
    let hasToken = settings.token != nil
    let said = answer["X-Error-Message"].map { ": \(quoted($0))" } ?? ""
    switch (answer["X-Error-Code"], answer.status) {
    case ("GatedRepo", _):
      return HubError(
        .gated,
        "\(repository.path) is given only to those who accept its terms: accept them at \(page), "
          + (hasToken
            ? "with the account that the token belongs to"
            : "and set HF_TOKEN to a token of that account (\(settings.endpoint)/settings/tokens)"))
    case ("RevisionNotFound", _):
      return HubError(
        .revisionNotFound,
        "\(repository.path) has no branch, tag or commit \(quoted(repository.revision)) on \(hub.host)")
    case ("EntryNotFound", _):
      return HubError(.fileNotFound, "\(repository) has no file \(quoted(file ?? "")) on \(hub.host)")
    case (_, 401) where hasToken && answer["X-Error-Code"] != "RepoNotFound":
      return HubError(
        .unauthorized, "\(hub.host) refuses the token (HF_TOKEN, or what `hf auth login` wrote)\(said)")
    case ("RepoNotFound", _), (_, 401):
      return HubError(
        .repositoryNotFound,
        "\(hub.host) has no model \(repository.path), or it is private: "
          + (hasToken ? "then the token may not read it" : "then set HF_TOKEN to a token that may read it"))
    case (_, 403):
      return HubError(.forbidden, "\(hub.host) does not give out \(repository.path)\(said)")
    case (_, 404):
      return HubError(
        .fileNotFound, "\(hub.host) has no \(file.map { quoted($0) } ?? "list of files") of \(repository)")
    case (_, 429):
      let wait = answer.secondsToWait.map { "; it asks to wait \(Int($0)) seconds" } ?? ""
      return HubError(.rateLimited, "\(hub.host) has had too many requests from here\(wait)")
    default:
      return HubError(.serverFault, "\(hub.host) answers \(answer.statusInWords)\(said)")
    }
  }
}

extension HTTPResponse {
  /// Seconds that the server asks to wait: `Retry-After`, or what the hub's `RateLimit` says where nothing is left
  /// (`"api";r=0;t=55`).
  var secondsToWait: Double? {
    if let text = self["Retry-After"], let seconds = Int(text), seconds >= 0 { return Double(seconds) }
    guard let parts = self["RateLimit"]?.split(separator: ";"), parts.contains("r=0"),
      let time = parts.first(where: { $0.hasPrefix("t=") })
    else { return nil }
    return Int(time.dropFirst(2)).flatMap { $0 >= 0 ? Double($0) : nil }
  }

  /// The status with its name, where it is a common one.
  var statusInWords: String {
    let names = [
      400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 410: "Gone",
      416: "Range Not Satisfiable", 429: "Too Many Requests", 451: "Unavailable For Legal Reasons",
      500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
    return names[status].map { "\(status) (\($0))" } ?? "\(status)"
  }
}
