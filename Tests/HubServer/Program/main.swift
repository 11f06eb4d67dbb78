import Foundation
import HubServer
import Support

// The hub of the tests as a program, for clients in other languages. See check_client.py.
//
// Usage: RunHubServer FOLDER [--token TOKEN] [--gated ORGANIZATION/NAME] [--hidden ORGANIZATION/NAME]
// FOLDER/organization/name/… are the files of each repository. It prints its addresses as one JSON object, then takes
// commands on standard input, one a line, and answers each with a line. It ends with its standard input.
//   requests                        what came in since the last time, as a JSON array
//   cut TEXT BYTES TIMES            cuts the connection after so many bytes of answers whose address contains the text
//   slow TEXT BYTES TIMES           sends so many bytes in a second
//   status TEXT STATUS TIMES        answers with a status
//   commit NAME PATH TEXT           a new commit on main with another file
//   rename OLD NEW                  the repository has another name
//   behave                          no more faults

var arguments = Array(CommandLine.arguments.dropFirst())
@MainActor func values(of flag: String) -> Set<String> {
  var found: Set<String> = []
  while let place = arguments.firstIndex(of: flag), place + 1 < arguments.count {
    found.insert(arguments[place + 1])
    arguments.removeSubrange(place...place + 1)
  }
  return found
}
let tokens = values(of: "--token")
let gated = values(of: "--gated")
let hidden = values(of: "--hidden")
guard arguments.count == 1, let folder = arguments.first.map({ URL(filePath: $0) }) else {
  FileHandle.standardError.write(Data("usage: RunHubServer FOLDER [--token T] [--gated NAME] [--hidden NAME]\n".utf8))
  exit(64)
}

func folders(in url: URL) throws -> [URL] {
  try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
    .filter(\.hasDirectoryPath).sorted { $0.path < $1.path }
}

let server = try HubServer()
server.accept(tokens: tokens)
for organization in try folders(in: folder) {
  for repository in try folders(in: organization) {
    let name = organization.lastPathComponent + "/" + repository.lastPathComponent
    var new = try Repository(name, folder: repository)
    if gated.contains(name) { new.access = .gated(tokens: tokens) }
    if hidden.contains(name) { new.access = .hidden(tokens: tokens) }
    server.put(new)
  }
}

func say(_ value: JSON) {
  FileHandle.standardOutput.write(Data((value.text(.line) + "\n").utf8))
}
say(
  .object(
    .init([
      ("hub", .string(server.endpoint)), ("storage", .string(server.address(of: .storage))),
      ("proxy", .string(server.address(of: .proxy))),
    ])))

while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  switch (words.first, words.count) {
  case ("requests", 1):
    let requests = server.requests.map { request in
      JSON.object(
        .init([
          ("port", .string(request.port.rawValue)), ("method", .string(request.method)),
          ("target", .string(request.target)), ("status", .integer(request.status)),
          ("bytes", .integer(request.bytesSent)),
          ("headers", .object(.init(request.headers.map { (key: $0.name.lowercased(), value: .string($0.value)) }))),
        ]))
    }
    server.forget()
    say(.array(requests))
  case ("cut", 4):
    server.add(.cut(after: Int(words[2]) ?? 0), to: words[1], method: "GET", times: Int(words[3]) ?? 1)
    say(.bool(true))
  case ("slow", 4):
    server.add(.slow(bytesPerSecond: Int(words[2]) ?? 1_000), to: words[1], method: "GET", times: Int(words[3]) ?? 1)
    say(.bool(true))
  case ("status", 4):
    server.add(.status(Int(words[2]) ?? 500), to: words[1], times: Int(words[3]) ?? 1)
    say(.bool(true))
  case ("commit", 4...):
    if var repository = server.repositories.first(where: { $0.name == words[1] }) {
      var files = (repository.files() ?? [:]).mapValues(\.content)
      files[words[2]] = Content(words[3...].joined(separator: " "))
      let commit = repository.commit(files)
      server.put(repository)
      say(.string(commit))
    } else {
      say(.bool(false))
    }
  case ("rename", 3):
    server.rename(words[1], to: words[2])
    say(.bool(true))
  case ("behave", 1):
    server.removeFaults()
    say(.bool(true))
  default:
    say(.bool(false))
  }
}
