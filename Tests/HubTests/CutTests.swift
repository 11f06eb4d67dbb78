import CourseKit
import Foundation
import Hub
import HubServer
import Support
import TestSupport
import Testing

/// Connections break, programs are killed; what came stays, and the rest is asked for.
@Suite struct CutTests {
  /// Twenty places where connections are cut, the same in each run of the tests.
  private static func places(seed: UInt64) -> [Int] {
    var generator = SmallGenerator(state: seed)
    return (0..<20).map { _ in Int.random(in: 1..<300_000, using: &generator) }.sorted()
  }

  /// Cuts each transfer of the weights at the next place behind its start.
  private static func cuts(at places: [Int]) -> Fault {
    Fault { answer, request in
      let start = answer.range.lowerBound
      if request.method == "GET", let place = places.first(where: { $0 > start }) { answer.cut = place - start }
    }
  }

  /// Expects that each transfer began where the one before had ended.
  private func expectContinuation(_ transfers: [Request], sourceLocation: SourceLocation = #_sourceLocation) {
    var position = 0
    for transfer in transfers {
      #expect((transfer.rangeStart ?? 0) == position, "\(transfer.summary)", sourceLocation: sourceLocation)
      position += transfer.bytesSent
    }
    #expect(position == 300_000, sourceLocation: sourceLocation)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func twentyCutsInOneRunEndWithTheRightFile(seed: UInt64) throws {
    let site = try Site()
    let places = Self.places(seed: seed)
    site.server.add(Self.cuts(at: places), on: .storage)
    expectWeights(in: try site.fetch())
    let transfers = site.server.requests(.storage, "GET")
    #expect(transfers.count == Set(places).count + 1)
    expectContinuation(transfers)
    #expect(site.blobs.count == 1, "\(site.blobs)")
  }

  @Test(arguments: [4, 5, 6] as [UInt64])
  func twentyCutsOverAsManyRunsEndWithTheRightFile(seed: UInt64) throws {
    let site = try Site()
    let places = Self.places(seed: seed)
    site.server.add(Self.cuts(at: places), on: .storage)
    var settings = site.settings
    settings.retryWaits = []
    for _ in Set(places) {
      expectHubError(.unreachable) { try site.fetch(Site.name, ["model.safetensors"], settings) }
      #expect(!FileManager.default.fileExists(atPath: site.path("blobs/\(Site.weights.sha256)")))
    }
    expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    expectContinuation(site.server.requests(.storage, "GET"))
    #expect(site.blobs.count == 1, "\(site.blobs)")
  }

  @Test func aSmallFileIsCutToo() throws {
    let site = try Site()
    site.server.add(.cut(after: 5), to: "config.json", on: .hub, method: "GET", times: 3)
    let directory = try site.fetch(Site.name, ["config.json"])
    #expect(bytes(directory + "/config.json") == Site.tiny.files()?["config.json"]?.content.bytes)
  }

  @Test func aCutInTheListOfFilesIsTriedAgain() throws {
    let site = try Site()
    site.server.add(.cut(after: 50), to: "/api/models", on: .hub, times: 2)
    site.server.add(.silence, to: "/resolve/", on: .hub, times: 2)
    expectWeights(in: try site.fetch())
  }

  @Test func aStalledConnectionCountsAsCut() throws {
    let site = try Site()
    site.server.add(.pause(after: 150_000, seconds: 30), on: .storage, method: "GET", times: 1)
    let start = ContinuousClock.now
    expectWeights(in: try site.fetch())
    #expect(ContinuousClock.now - start < .seconds(25))
    let transfers = site.server.requests(.storage, "GET")
    #expect(transfers.count == 2 && transfers.last?.rangeStart == 150_000, "\(transfers.map(\.summary))")
  }

  @Test func aServerWithoutRangesSendsAllAgain() throws {
    let site = try Site()
    site.server.add(.withoutRanges, on: .storage)
    site.server.add(.cut(after: 150_000), on: .storage, method: "GET", times: 2)
    expectWeights(in: try site.fetch())
    #expect(site.server.requests(.storage, "GET").last?.bytesSent == 300_000)
  }

  @Test func triesWithoutAByteEnd() throws {
    let site = try Site()
    site.server.add(.cut(after: 0), on: .storage, method: "GET")
    expectHubError(.unreachable) { try site.fetch() }
    #expect(site.waits.all == [1, 2, 4, 8])
    #expect(site.server.requests(.storage, "GET").count == 5)
  }

  @Test func aFileThatChangedBetweenRunsIsNotGluedTogether() throws {
    let site = try Site()
    var settings = site.settings
    settings.retryWaits = []
    site.server.add(.cut(after: 100_000), on: .storage, method: "GET", times: 1)
    expectHubError(.unreachable) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    let other = Content(random: 300_000, seed: 2)
    var repository = Site.tiny
    repository.commit(["model.safetensors": other])
    site.server.put(repository)
    #expect(bytes(try site.fetch() + "/model.safetensors") == other.bytes)
    #expect(site.server.requests(.storage, "GET").last?.bytesSent == 300_000)
  }

  @Test func aPartThatWasDamagedOnDiskIsFetchedAnew() throws {
    let site = try Site()
    var settings = site.settings
    settings.retryWaits = []
    site.server.add(.cut(after: 100_000), on: .storage, method: "GET", times: 1)
    expectHubError(.unreachable) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    let part = try #require(site.blobs.first)
    let size = try #require(bytes("\(site.cache)/\(part)")).count
    #expect(size == 100_000)
    try Data(repeating: 7, count: size).write(to: URL(filePath: "\(site.cache)/\(part)"))
    // Either the damage is seen and all is fetched again, or it is said and the next try begins anew.
    if let directory = try? site.fetch(Site.name, ["model.safetensors"], settings) {
      expectWeights(in: directory)
    } else {
      expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    }
  }

  @Test(arguments: [SIGKILL, SIGINT, SIGTERM])
  func aKilledProgramLeavesNoLockAndItsPart(_ signal: Int32) throws {
    let site = try Site()
    site.server.add(.slow(bytesPerSecond: 50_000), on: .storage, times: 1)
    let process = try Subprocess.start(
      Site.program, [Site.name, "model.safetensors"], environment: site.environment, output: STDERR_FILENO)
    for _ in 0..<2_000 where site.blobs.first.flatMap({ bytes("\(site.cache)/\($0)") })?.isEmpty ?? true {
      usleep(10_000)
    }
    kill(process, signal)
    #expect(try Subprocess.wait(for: process) == .signaled(signal))
    let part = try #require(site.blobs.first)
    let size = try #require(bytes("\(site.cache)/\(part)")).count
    #expect((1..<300_000).contains(size))
    expectWeights(in: try site.fetch())
    let transfers = site.server.requests(.storage, "GET")
    #expect(transfers.count == 2)
    #expect(transfers.last?.rangeStart == size && transfers.last?.bytesSent == 300_000 - size)
    #expect(site.blobs.count == 1, "\(site.blobs)")
  }

  @Test func aPartOfWhatAnotherProgramCompletedIsRemoved() throws {
    let site = try Site()
    let directory = try site.fetch()
    let part = site.path("blobs/\(Site.weights.sha256).incomplete")
    // As if it had been left by a killed program before huggingface_hub fetched all.
    try Data(Site.weights.bytes.prefix(1_000)).write(to: URL(filePath: part))
    #expect(try site.fetch() == directory)
    #expect(!FileManager.default.fileExists(atPath: part))
    try Data(Site.weights.bytes.prefix(1_000)).write(to: URL(filePath: part))
    try FileManager.default.removeItem(atPath: directory + "/model.safetensors")
    expectWeights(in: try site.fetch())
    #expect(!FileManager.default.fileExists(atPath: part))
    #expect(site.server.requests(.storage, "GET").count == 1)
  }

  @Test func twoProgramsFetchAFileOnce() throws {
    let site = try Site()
    site.server.add(.slow(bytesPerSecond: 600_000), on: .storage)
    let processes = try (0..<3).map { _ in
      try Subprocess.start(
        Site.program, [Site.name, "model.safetensors"], environment: site.environment,
        output: open("/dev/null", O_WRONLY),
        errors: open("/dev/null", O_WRONLY))
    }
    for process in processes { #expect(try Subprocess.wait(for: process) == .exited(0)) }
    #expect(site.server.requests(.storage, "GET").count == 1)
    expectWeights(in: try site.fetch())
  }

  @Test func twoThreadsFetchAFileOnce() throws {
    let site = try Site()
    site.server.add(.slow(bytesPerSecond: 600_000), on: .storage)
    let (settings, results) = (site.settings, Waits())
    DispatchQueue.concurrentPerform(iterations: 3) { _ in
      let hub = Hub(settings)
      if let name = try? RepositoryName(Site.name),
        let directory = try? hub.snapshot(of: name, files: .named(["model.safetensors"])),
        bytes(directory + "/model.safetensors") == Site.weights.bytes
      {
        results.add(1)
      }
    }
    #expect(results.all.count == 3)
    #expect(site.server.requests(.storage, "GET").count == 1)
  }

  @Test func aFullDiskIsSaidAndWhatCameStays() throws {
    let site = try Site()
    let result = try site.run(["--file-limit", "200000", Site.name, "model.safetensors"])
    #expect(result.ending == .exited(1))
    #expect(result.errorText.split(separator: "\n").count <= 2, "\(result.errorText)")
    #expect(!site.contents.contains { $0.contains("snapshots/") })
    expectWeights(in: try site.fetch())
  }

  @Test func aLargeFileTakesLittleMemory() throws {
    let size = 200_000_000
    let large = Content(repeating: Content(random: 1 << 16, seed: 3).bytes, count: size)
    let site = try Site([Repository("org/large", ["model.safetensors": large])])
    let result = try site.run(["org/large", "model.safetensors"])
    #expect(result.ending == .exited(0), "\(result.errorText)")
    let lines = result.outputText.split(separator: "\n")
    let grown = try #require(lines.last.flatMap { Int($0) })
    #expect(grown < 32 * 1024, "\(grown) KiB")
    let attributes = try FileManager.default.attributesOfItem(
      atPath: site.path("blobs/\(large.sha256)", of: "org/large"))
    #expect(attributes[.size] as? Int == size)
  }
}
