import CourseKit
import Foundation
import Testing

/// A target declares in `Package.swift` what its sources import, no less and no more, and imports only what stands below it.
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
    for case let file as URL in files ?? .init()
    where file.pathExtension == "swift" && (!folder.hasPrefix("Lessons/") || !file.path.contains("/Exercises/")) {
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

  /// The table of `docs/architecture.md`: on which floor each module stands.
  private func floors() throws -> [String: Int] {
    let page = try String(contentsOf: Course.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    var floors: [String: Int] = [:]
    for row in page.matches(of: /(?m)^\| (\d+) \| (.+?) \|/) {
      for name in row.2.matches(of: /`(\w+)`/) {
        #expect(floors.updateValue(Int(row.1) ?? -1, forKey: String(name.1)) == nil, "\(name.1) stands on two floors")
      }
    }
    return floors
  }

  /// What each module and program imports of the others; all lessons count as one.
  private func graph() throws -> [String: Set<String>] {
    let targets = try package().targets.filter { $0.type != "system" && !$0.folder.hasPrefix("Tests/") }
    let names = Set(targets.map(\.name))
    var graph: [String: Set<String>] = [:]
    for target in targets {
      let name = target.folder.hasPrefix("Lessons/") ? "lessons" : target.name
      graph[name, default: []].formUnion(try imports(in: target.folder).intersection(names).subtracting([target.name]))
    }
    return graph
  }

  @Test func importsLeadDown() throws {
    let (floors, graph) = try (floors(), graph())
    #expect(floors.count > 15)
    #expect(Set(floors.keys) == Set(graph.keys), "docs/architecture.md and Package.swift name other modules")
    for (name, imported) in graph {
      for other in imported {
        #expect(
          (floors[other] ?? .max) < (floors[name] ?? .min), "\(name) imports \(other), which does not stand below it")
      }
    }
  }

  /// The picture says in words what it shows, so that it cannot fall behind.
  @Test func thePictureOfTheModulesIsFresh() throws {
    let picture = try String(contentsOf: Course.root.appending(path: "docs/pictures/modules.svg"), encoding: .utf8)
    let said = try #require(picture.firstMatch(of: /<desc>(.*?)<\/desc>/)).1
    let sentences = try graph().filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
      "\($0.key) imports \($0.value.sorted().joined(separator: ", "))"
    }
    #expect(said == sentences.joined(separator: "; "), "run python3 Scripts/module_graph.py")
  }
}
