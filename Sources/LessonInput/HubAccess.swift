import Hub
import Images
import Notebook
import Support

/// Models and pictures from elsewhere, for programs with a reader in front of them: what goes on is shown on standard error.
package enum HubAccess {
  /// The directory of a model that the reader gave: the directory of that name, else that of the hub's model.
  ///
  /// - Throws: `DataError` if the text is neither; what the hub says if it does not have the model.
  package static func modelDirectory(_ text: String) throws -> String {
    switch try ModelSource(text) {
    case .directory(let path): return path
    case .repository(let name):
      do {
        return try snapshot(of: name)
      } catch let error as HubError {
        throw HubError(error.kind, "\(error.message) (and there is no directory \(quoted(text)) here)")
      }
    }
  }

  /// The directory of a model of the hub; what the cache does not have is fetched.
  package static func snapshot(of name: RepositoryName) throws -> String {
    let display = DownloadDisplay()
    defer { display.clear() }
    return try Hub(.ofThisProcess()).snapshot(of: name, report: display.show)
  }

  /// The most bytes of a picture that are fetched: several times what a camera writes.
  private static let pictureLimit = 32_000_000

  /// A picture from a file, or from an address that begins with `https://` or `http://`.
  package static func image(_ text: String) throws -> ImageFile {
    let start = text.prefix(8).lowercased()
    guard start.hasPrefix("https://") || start.hasPrefix("http://") else { return try ImageFile(contentsOf: text) }
    let display = DownloadDisplay()
    defer { display.clear() }
    let bytes = try Hub(.ofThisProcess()).download(text, limit: pictureLimit, report: display.show)
    do throws(DataError) {
      return try ImageFile(bytes)
    } catch {
      throw error.naming(text)
    }
  }
}

/// What a reader gave as a model.
enum ModelSource: Equatable {
  case directory(String)
  case repository(RepositoryName)

  /// A directory if there is anything of that name, else a name on the hub.
  ///
  /// - Throws: `DataError` if it can be neither.
  init(_ text: String) throws(DataError) {
    if FileSystem.exists(text) {
      self = .directory(text)
      return
    }
    do throws(HubError) {
      self = .repository(try RepositoryName(text))
    } catch {
      throw DataError(
        .notFound, file: text,
        reason: "no such directory, and no name of a model on the hub, which is organization/name[@revision]")
    }
  }
}

/// Shows a download on standard error: how far it is on a line that is written over, on a terminal alone.
private struct DownloadDisplay {
  private let line = LiveLine()

  func show(_ event: DownloadEvent) {
    switch event {
    case .hint(let text):
      line.clear()
      LiveLine.hint(text)
    case .progress(let progress):
      if progress.isComplete { line.clear() } else { line.show(progress.text) }
    }
  }

  func clear() { line.clear() }
}
