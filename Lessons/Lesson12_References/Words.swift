import CourseKit

extension LessonWords.Word {
  /// The numbers of its lessons as the papers' table has them: `02, 07`.
  var lessonNumbers: String { lessons.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ", ") }
}
