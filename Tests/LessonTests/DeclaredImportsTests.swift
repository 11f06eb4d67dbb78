import CourseKit
import Foundation
import Testing

/// A target declares in `Package.swift` what its sources import, no less and no more.
@Suite struct DeclaredImportsTests {
  /// The package as SwiftPM understands it.
  private struct Package: Decodable {
    struct Target: Decodable {
      let name: String
      let type: String
      let path: String?
      let dependencies: [Dependency]

      /// Where its sources are.
      var folder: String { path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)") }
    }

    /// `{"byName": ["Tensors", null]}`, `{"target": […]}` or `{"product": ["ArgumentParser", …]}`.
    struct Dependency: Decodable {
      let name: String

      init(from decoder: any Decoder) throws {
        let kinds = try decoder.singleValueContainer().decode([String: [Part?]].self)
        guard let name = kinds.values.first?.first??.text else {
          throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no name"))
        }
        self.name = name
      }
    }

    /// A part of a dependency, of which only texts matter.
    struct Part: Decodable {
      let text: String?

      init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
      }
    }

    let targets: [Target]
  }

  private func package() throws -> Package {
    // A folder of its own: the usual one belongs to the build that runs this test.
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"
    let dump = try Subprocess.capture(
      "/bin/sh",
      [
        "-c", "exec \(swift) package --package-path \"$0\" --scratch-path \"$1\" dump-package", Course.root.path,
        scratch.path,
      ],
      timeout: 300)
    return try JSONDecoder().decode(Package.self, from: Data(dump.output))
  }

  /// What the Swift files of a folder import.
  private func imports(in folder: String) throws -> Set<String> {
    let url = Course.root.appending(path: folder)
    let files = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
    var names: Set<String> = []
    for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /(?m)^ *(?:@\w+ +|internal +|public +|package +|private +)*import +(\w+)/) {
        names.insert(String(match.1))
      }
    }
    return names
  }

  @Test func targetsDeclareExactlyWhatTheyImport() throws {
    let targets = try package().targets
    #expect(targets.count > 20)
    let programs = Set(targets.filter { $0.type == "executable" }.map(\.name))
    let known = Set(targets.map(\.name)).union(["ArgumentParser"])
    for target in targets where target.type != "system" {
      let declared = Set(target.dependencies.map(\.name))
      let imported = try imports(in: target.folder).intersection(known)
      let missing = imported.subtracting(declared)
      #expect(missing.isEmpty, "\(target.name) imports \(missing.sorted()) and does not declare it")
      // Tests run programs without importing them.
      let unused = declared.subtracting(imported).subtracting(target.type == "test" ? programs : [])
      #expect(unused.isEmpty, "\(target.name) declares \(unused.sorted()) and does not import it")
    }
  }
}
