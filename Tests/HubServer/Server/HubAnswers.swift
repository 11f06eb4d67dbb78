import Foundation
import Support

// What the hub answers to the requests by which its client finds and downloads files (huggingface_hub 2.4:
// `file_download.py`, `_snapshot_download.py`, `hf_api.py`; headers as recorded in public logs of 2026).

extension HubServer {
  /// The hub's answer.
  func hubAnswer(to request: Request) -> Answer {
    if let file = plainFile(request.path) {
      var answer = Answer(200, file.content, [("Content-Type", file.type), ("ETag", "\"\(file.content.gitName)\"")])
      answer.select(for: request)
      return answer
    }
    var token: String?
    if let credentials = request["Authorization"] {
      token = credentials.hasPrefix("Bearer ") ? String(credentials.dropFirst("Bearer ".count)) : ""
      if let token, !isKnown(token: token) {
        return refusal(401, nil, "Invalid credentials in Authorization header")
      }
    }
    let parts = request.parts
    if let place = parts.firstIndex(of: "resolve"), place == 1 || place == 2, parts.count > place + 2 {
      let name = parts[..<place].joined(separator: "/")
      return fileAnswer(name, parts[place + 1], parts[(place + 2)...].joined(separator: "/"), request, token)
    }
    if parts.starts(with: ["api", "resolve-cache", "models"]), parts.count >= 7 {
      let name = parts[3..<5].joined(separator: "/")
      return fileAnswer(name, parts[5], parts[6...].joined(separator: "/"), request, token, isResolved: true)
    }
    if parts.starts(with: ["api", "models"]), parts.count >= 3 {
      let rest = Array(parts[2...])
      let verb = rest.firstIndex { ["revision", "tree"].contains($0) } ?? rest.count
      guard (1...2).contains(verb), rest.count != verb + 1 else { return refusal(404, nil, "Not found") }
      let name = rest[..<verb].joined(separator: "/")
      let revision = verb < rest.count ? rest[verb + 1] : "main"
      if verb < rest.count, rest[verb] == "tree" {
        return treeAnswer(name, revision, rest[(verb + 2)...].joined(separator: "/"), request, token)
      }
      return modelAnswer(name, revision, request, token)
    }
    return refusal(404, nil, "Not found")
  }

  /// The storage's answer: a large file for who has a signed address, and no other credentials.
  func storageAnswer(to request: Request) -> Answer {
    let parts = request.parts
    func complaint(_ status: Int, _ code: String) -> Answer {
      Answer(status, text: "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code></Error>", type: "application/xml")
    }
    if request["Authorization"] != nil { return complaint(400, "InvalidArgument") }
    guard parts.count == 2, parts[0] == "xet-bridge", request.parameter("X-Amz-Signature") == Self.signature else {
      return complaint(403, "AccessDenied")
    }
    for repository in repositories {
      for files in repository.commits.values {
        guard let (path, file) = files.first(where: { $0.value.isLarge && $0.value.content.sha256 == parts[1] }) else {
          continue
        }
        var answer = Answer(
          200, file.content,
          [
            ("Content-Type", "application/octet-stream"), ("ETag", "\"\(file.storageName)\""),
            ("Content-Disposition", "inline; filename=\"\(path.split(separator: "/").last ?? "")\";"),
          ])
        answer.select(for: request)
        return answer
      }
    }
    return complaint(404, "NoSuchKey")
  }

  static let signature = "c0ffee"

  // MARK: Access

  /// The repository, or why it is not given out.
  private func find(
    _ name: String, _ revision: String, _ token: String?, forFiles: Bool
  ) -> (repository: Repository, commit: String)? {
    guard let repository = repository(name), let commit = repository.commitID(of: revision),
      refusal(name, revision, token, forFiles: forFiles) == nil
    else { return nil }
    return (repository, commit)
  }

  private func refusal(_ name: String, _ revision: String, _ token: String?, forFiles: Bool) -> Answer? {
    let repository = repository(name)
    let isHidden: Bool
    if case .hidden(let tokens)? = repository?.access {
      isHidden = !tokens.contains(token ?? "")
    } else {
      isHidden = repository == nil
    }
    guard let repository, !isHidden else {
      return token == nil
        ? refusal(401, "RepoNotFound", "Invalid username or password.")
        : refusal(404, "RepoNotFound", "Repository not found")
    }
    if case .disabled = repository.access { return refusal(403, nil, "Access to this resource is disabled.") }
    guard repository.commitID(of: revision) != nil else {
      return refusal(404, "RevisionNotFound", "Invalid rev id: \(revision)")
    }
    if forFiles, case .gated(let tokens) = repository.access, !tokens.contains(token ?? "") {
      let start = "Access to model \(name) is restricted"
      return token == nil
        ? refusal(
          401, "GatedRepo", start + ". You must have access to it and be authenticated to access it. Please log in.")
        : refusal(
          403, "GatedRepo",
          start + " and you are not in the authorized list. Visit https://huggingface.co/\(name) to ask for access.")
    }
    return nil
  }

  private func refusal(_ status: Int, _ code: String?, _ message: String) -> Answer {
    var answer = Answer(
      status, text: JSON.object(.init([("error", .string(message))])).text(.line), type: "application/json")
    if let code { answer.headers.append(("X-Error-Code", code)) }
    answer.headers.append(("X-Error-Message", message))
    if status == 401 { answer.headers.append(("WWW-Authenticate", "Bearer realm=\"Authentication required\"")) }
    return answer
  }

  /// The address of a renamed repository, which is relative.
  private func moved(_ name: String, _ request: Request) -> Answer? {
    guard let new = newName(of: name) else { return nil }
    let target = request.target.replacingOccurrences(of: "/\(name)", with: "/\(new)")
    return Answer(307, Content("Temporary Redirect. Redirecting to \(target)"), [("Location", target)])
  }

  // MARK: Files

  private func fileAnswer(
    _ name: String, _ revision: String, _ path: String, _ request: Request, _ token: String?, isResolved: Bool = false
  ) -> Answer {
    if let moved = moved(name, request) { return moved }
    if let refusal = refusal(name, revision, token, forFiles: true) { return refusal }
    guard let (repository, commit) = find(name, revision, token, forFiles: true) else {
      return refusal(404, nil, "Not found")
    }
    let named = [("X-Repo-Commit", commit), ("Vary", "Origin, Accept")]
    guard let file = repository.commits[commit]?[path] else {
      var answer = refusal(404, "EntryNotFound", "Entry not found")
      answer.headers += named.map { (name: $0, value: $1) }
      return answer
    }
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    if file.isLarge {
      let disposition = "inline; filename=\"\(fileName)\";".addingPercentEncoding(withAllowedCharacters: .alphanumerics)
      let location =
        address(of: .storage) + "/xet-bridge/\(file.content.sha256)?response-content-disposition=\(disposition ?? "")"
        + "&X-Amz-Expires=3600&X-Amz-Signature=\(Self.signature)"
      var answer = Answer(302, Content("Found. Redirecting to \(location)"), named)
      answer.headers += [
        ("Location", location), ("Accept-Ranges", "bytes"), ("X-Linked-Size", "\(file.content.count)"),
        ("X-Linked-ETag", "\"\(file.content.sha256)\""),
      ]
      if namesChunks {
        let route = "\(endpoint)/api/models/\(name)/xet-read-token/\(commit)"
        answer.headers += [("X-Xet-Hash", file.storageName), ("Link", "<\(route)>; rel=\"xet-auth\"")]
      }
      return answer
    }
    // Small files of named repositories are sent from an address that a cache can keep: it holds the commit.
    if !isResolved, name.contains("/") {
      let place =
        "/"
        + [name, commit, path].joined(separator: "/").split(separator: "/", omittingEmptySubsequences: false)
        .map { $0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "" }.joined(separator: "/")
      let location = "/api/resolve-cache/models\(place)?etag=%22\(file.etag)%22"
      var answer = Answer(307, Content("Temporary Redirect. Redirecting to \(location)"), named)
      answer.headers += [("Location", location), ("X-Linked-Size", "\(file.content.count)")]
      return answer
    }
    var answer = Answer(200, file.content, named)
    answer.headers += [
      ("Content-Type", "text/plain; charset=utf-8"), ("ETag", "\"\(file.etag)\""),
      ("Content-Disposition", "inline; filename=\"\(fileName)\";"),
    ]
    answer.select(for: request)
    return answer
  }

  // MARK: Lists

  private func modelAnswer(_ name: String, _ revision: String, _ request: Request, _ token: String?) -> Answer {
    if let moved = moved(name, request) { return moved }
    if let refusal = refusal(name, revision, token, forFiles: false) { return refusal }
    guard let (repository, commit) = find(name, revision, token, forFiles: false) else {
      return refusal(404, nil, "Not found")
    }
    let withSizes = request.parameter("blobs").map { ["1", "true", "True"].contains($0) } ?? false
    let siblings = (repository.commits[commit] ?? [:]).sorted { $0.key < $1.key }.map { path, file in
      var members: [(key: String, value: JSON)] = [("rfilename", .string(path))]
      if withSizes {
        let held = file.isLarge ? file.pointer : file.content
        members += [("size", .integer(file.content.count)), ("blobId", .string(held.gitName))]
        if file.isLarge { members.append(("lfs", large(file, nameKey: "sha256"))) }
      }
      return JSON.object(.init(members))
    }
    let gated: JSON = if case .gated = repository.access { .string("auto") } else { .bool(false) }
    let isPrivate = if case .hidden = repository.access { true } else { false }
    let object = JSON.object(
      .init([
        ("_id", .string(String(commit.prefix(24)))), ("id", .string(name)), ("modelId", .string(name)),
        ("author", .string(String(name.prefix { $0 != "/" }))), ("sha", .string(commit)),
        ("lastModified", .string("2026-01-02T03:04:05.000Z")), ("createdAt", .string("2026-01-02T03:04:05.000Z")),
        ("private", .bool(isPrivate)), ("gated", gated), ("disabled", .bool(false)), ("downloads", .integer(1)),
        ("likes", .integer(0)), ("tags", .array([.string("safetensors")])), ("siblings", .array(siblings)),
      ]))
    return Answer(200, Content(object.text(.line)), [("Content-Type", "application/json; charset=utf-8")])
  }

  private func large(_ file: Repository.File, nameKey: String) -> JSON {
    .object(
      .init([
        (nameKey, .string(file.content.sha256)), ("size", .integer(file.content.count)),
        ("pointerSize", .integer(file.pointer.count)),
      ]))
  }

  private func treeAnswer(
    _ name: String, _ revision: String, _ folder: String, _ request: Request, _ token: String?
  ) -> Answer {
    if let moved = moved(name, request) { return moved }
    if let refusal = refusal(name, revision, token, forFiles: false) { return refusal }
    guard let (repository, commit) = find(name, revision, token, forFiles: false) else {
      return refusal(404, nil, "Not found")
    }
    let prefix = folder.isEmpty ? "" : folder + "/"
    let isRecursive = request.parameter("recursive").map { ["1", "true", "True"].contains($0) } ?? false
    var entries: [String: JSON] = [:]
    for (path, file) in repository.commits[commit] ?? [:] where path.hasPrefix(prefix) {
      let parts = path.dropFirst(prefix.count).split(separator: "/")
      for depth in 1..<parts.count where isRecursive || depth == 1 {
        let folder = prefix + parts[..<depth].joined(separator: "/")
        entries[folder] = .object(
          .init([
            ("type", .string("directory")), ("oid", .string(Content(folder).gitName)), ("size", .integer(0)),
            ("path", .string(folder)),
          ]))
      }
      if !isRecursive, parts.count > 1 { continue }
      let held = file.isLarge ? file.pointer : file.content
      var members: [(key: String, value: JSON)] = [
        ("type", .string("file")), ("oid", .string(held.gitName)), ("size", .integer(file.content.count)),
        ("path", .string(path)),
      ]
      if file.isLarge {
        members.append(("lfs", large(file, nameKey: "oid")))
        if namesChunks { members.append(("xetHash", .string(file.storageName))) }
      }
      entries[path] = .object(.init(members))
    }
    guard folder.isEmpty || !entries.isEmpty else {
      return refusal(404, "EntryNotFound", "\(folder) does not exist on \"\(revision)\"")
    }
    let sorted = entries.sorted { $0.key < $1.key }.map(\.value)
    let first = request.parameter("cursor").flatMap { Int($0) } ?? 0
    let page = JSON.array(Array(sorted.dropFirst(first).prefix(pageSize)))
    var answer = Answer(200, Content(page.text(.line)), [("Content-Type", "application/json; charset=utf-8")])
    if first + pageSize < sorted.count {
      let path = request.target.prefix { $0 != "?" }
      let next = "\(endpoint)\(path)?recursive=\(isRecursive)&cursor=\(first + pageSize)"
      answer.headers.append(("Link", "<\(next)>; rel=\"next\""))
    }
    return answer
  }
}
