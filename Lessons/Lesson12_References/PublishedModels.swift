import CourseKit

/// A published model that a lesson has counted.
struct PublishedModel {
  let name: String
  /// On arXiv; nil if the model has no paper of its own.
  let paper: String?
  let parameters: Double

  /// The models of Lessons 04 and 06 to 09, with the counts that the lessons' expected outputs print.
  static func all() throws -> [PublishedModel] {
    let root = try PackageRoot.ofProgram()
    func output(_ lesson: String) throws -> ExpectedOutput { try ExpectedOutput(lesson: lesson, root: root) }
    return [
      try PublishedModel("ViT-B/16", paper: "2010.11929", output("04").value("ViT parameters")),
      try PublishedModel("CLIP ViT-B/32", paper: "2103.00020", output("06").cell("all", column: "ViT-B/32")),
      try PublishedModel("ViT-GPT2", paper: nil, output("07").cell("all", column: "ViT-GPT2")),
      try PublishedModel("ViLT-B/32", paper: "2102.03334", output("08").cell("all", column: "ViLT-B/32")),
      try PublishedModel("BLIP-2 OPT-2.7B", paper: "2301.12597", output("09").cell("all", column: "blip2-opt-2.7b")),
    ]
  }

  private init(_ name: String, paper: String?, _ printed: String) throws {
    guard let parameters = Double(printed.filter { $0 != "," }) else {
      throw CourseError("'\(printed)' is no count of parameters of \(name)")
    }
    (self.name, self.paper, self.parameters) = (name, paper, parameters)
  }
}
