import Support
import TestSupport
import Testing

@testable import Datasets

/// The package's files are found wherever a program was moved to.
@Suite struct ResourceFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Looks for the files of a module `Sums`; its places are folders of the temporary one.
  private func find() -> String? {
    ResourceFolder.find(
      "Sums", programFolder: folder.path("program"), workingFolder: folder.path("package/docs/guides"),
      source: folder.path("source/Sums/Sums.swift"))
  }

  @Test func theNearestPlaceToTheProgramCounts() throws {
    #expect(find() == nil)
    // From the last place to the first one.
    for place in [
      "source/Sums/Resources", "package/Sources/Sums/Resources", "package/docs/Sources/Sums/Resources",
      "program/multimodal-course_Sums.bundle/Resources", "program/multimodal-course_Sums.resources/Resources",
    ] {
      try folder.write("", to: "\(place)/sums.txt")
      #expect(find() == folder.path(place))
    }
  }

  @Test func theModulesOwnFilesAreFound() throws {
    #expect(try Resources.text("digits-labels.txt").isEmpty == false)
    #expect(throws: DataError.self) { try Resources.text("absent.txt") }
  }
}
