import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// What a download asks for, and where it puts what comes.
@Suite struct DownloadTests {
  @Test func filesComeWholeAndLieAsInTheCacheOfHuggingFaceHub() throws {
    let site = try Site()
    let commit = try #require(Site.tiny.commitID(of: "main"))
    let directory = try site.fetch(Site.name, ["config.json", "model.safetensors", "notes/a b.txt"])
    #expect(directory == site.path("snapshots/\(commit)"))
    expectWeights(in: directory)
    #expect(bytes(directory + "/notes/a b.txt") == Array("nested".utf8))
    // A name alone, without a line feed.
    #expect(bytes(site.path("refs/main")) == Array(commit.utf8))
    let files = try #require(Site.tiny.files())
    for (path, up) in [("config.json", "../../"), ("model.safetensors", "../../"), ("notes/a b.txt", "../../../")] {
      let etag = try #require(files[path]?.etag)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(path)") == "\(up)blobs/\(etag)")
      #expect(bytes(site.path("blobs/\(etag)")) == files[path]?.content.bytes)
    }
    #expect(site.blobs.count == 3)
    #expect(site.waits.all.isEmpty)
  }

  @Test func aSecondTimeNoFileIsAskedFor() throws {
    let site = try Site()
    let first = try site.fetch()
    site.server.forget()
    #expect(try site.fetch() == first)
    #expect(site.server.requests(.storage).isEmpty)
    #expect(site.server.requests(.hub, "GET", "resolve").isEmpty)
  }

  @Test func ofANewCommitOnlyWhatChangedIsAskedFor() throws {
    let site = try Site()
    let old = try site.fetch(Site.name, ["config.json", "model.safetensors"])
    var repository = Site.tiny
    repository.commit(["config.json": Content("{}"), "model.safetensors": Site.weights])
    site.server.put(repository)
    site.server.forget()
    let new = try site.fetch(Site.name, ["config.json", "model.safetensors"])
    #expect(new != old)
    #expect(bytes(new + "/config.json") == Array("{}".utf8))
    expectWeights(in: new)
    #expect(site.server.requests(.storage, "GET").isEmpty)
    #expect(bytes(site.path("refs/main")) == Array((new as NSString).lastPathComponent.utf8))
    expectWeights(in: old)
  }

  @Test func onlyWhatAModelNeedsComes() throws {
    let weights = Content("weights")
    let files = ["config.json", "tokenizer.json", "preprocessor_config.json", "README.md", "flax_model.msgpack"]
    var contents = Dictionary(uniqueKeysWithValues: files.map { ($0, Content("{}")) })
    contents["model.safetensors"] = weights
    contents["pytorch_model.bin"] = weights
    contents["onnx/model.onnx"] = weights
    let site = try Site([Repository("org/full", contents)])
    let directory = try Hub(site.settings).snapshot(of: RepositoryName("org/full"))
    let come = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(come == ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"])
    contents["model.safetensors"] = nil
    site.server.put(Repository("org/full", contents))
    let older = try Hub(site.settings).snapshot(of: RepositoryName("org/full"))
    #expect(bytes(older + "/pytorch_model.bin") == weights.bytes)
  }

  @Test func revisionsAreBranchesTagsAndCommits() throws {
    var repository = Site.tiny
    let change = repository.commit(["config.json": Content("{1}")], on: "refs/pr/1")
    let tagged = repository.commit(["config.json": Content("{2}")], on: "v1.0")
    let site = try Site([repository])
    for (revision, commit, text) in [("refs/pr/1", change, "{1}"), ("v1.0", tagged, "{2}"), (change, change, "{1}")] {
      let directory = try site.fetch("\(Site.name)@\(revision)", ["config.json"])
      #expect(directory == site.path("snapshots/\(commit)"))
      #expect(bytes(directory + "/config.json") == Array(text.utf8))
    }
    #expect(bytes(site.path("refs/refs/pr/1")) == Array(change.utf8))
    // A commit needs no question: it never changes.
    site.server.forget()
    try site.fetch("\(Site.name)@\(change)", ["config.json"])
    #expect(site.server.connectionCount == 0)
  }

  @Test func oldRepositoriesHaveOneName() throws {
    let site = try Site([Repository("gpt2", ["config.json": Content("{}"), "model.safetensors": Site.weights])])
    let directory = try site.fetch("gpt2", ["config.json", "model.safetensors"])
    expectWeights(in: directory)
    #expect(directory.contains("/models--gpt2/snapshots/"))
  }

  @Test func aRenamedRepositoryIsFoundByItsOldName() throws {
    let site = try Site()
    site.server.rename("old/name", to: Site.name)
    expectWeights(in: try site.fetch("old/name", ["config.json", "model.safetensors"]))
  }

  @Test(arguments: [Fault.chunked, .http10])
  func theEndOfAFileMayBeMarkedInEachWay(_ fault: Fault) throws {
    let site = try Site()
    site.server.add(fault, method: "GET")
    let directory = try site.fetch(Site.name, ["config.json", "model.safetensors"])
    expectWeights(in: directory)
    #expect(bytes(directory + "/config.json") == Site.tiny.files()?["config.json"]?.content.bytes)
  }

  @Test func emptyFilesAreFiles() throws {
    let site = try Site([Repository(Site.name, ["empty.txt": Content(""), "empty.bin": Content("")])])
    let directory = try site.fetch(Site.name, ["empty.txt", "empty.bin"])
    #expect(bytes(directory + "/empty.txt") == [] && bytes(directory + "/empty.bin") == [])
  }

  @Test func progressGoesFromNothingToAllAndNeverBack() throws {
    let site = try Site()
    site.server.add(.cut(after: 100_000), on: .storage, times: 2)
    var counts: [Int] = []
    try site.fetch { event in
      if case .progress(let progress) = event {
        counts.append(progress.byteCount)
        #expect(progress.totalByteCount == 300_000 && progress.file == "model.safetensors")
      }
    }
    #expect(counts == counts.sorted() && counts.last == 300_000, "\(counts)")
  }
}
