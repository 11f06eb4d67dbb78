import CourseKit
import Foundation

/// Lessons in the forms in which others read them: Jupyter notebooks, and plain scripts.
extension Weaver {
  /// A file to hand out.
  public struct Export {
    /// `04-vit.ipynb`.
    public let name: String
    /// What it holds.
    public let bytes: Data
  }

  /// A lesson as a notebook and as a script, from the trace and the figures that its run left in a folder.
  ///
  /// - Throws: ``CourseError`` naming file, line and reason when the lesson cannot be woven.
  public func exports(of lesson: LessonEntry, run folder: String) throws -> [Export] {
    let page = try page(of: lesson, run: folder)
    let notebook = NotebookExport(page: page) { figure in
      guard let path = figure.path, let bytes = FileManager.default.contents(atPath: path) else {
        throw CourseError("\(lesson.target) wrote no figure named '\(figure.name)'")
      }
      return bytes
    }
    let script = try ScriptExport(lesson, root: root)
    return [
      Export(name: "\(lesson.pageName).ipynb", bytes: Data(try notebook.text().utf8)),
      Export(name: "\(lesson.pageName).swift", bytes: Data(script.text.utf8)),
    ]
  }
}
