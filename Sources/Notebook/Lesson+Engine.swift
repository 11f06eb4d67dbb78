extension Lesson {
  /// The one place where the command line's ``seed`` and ``threads`` meet the tensor engine.
  ///
  /// It runs after the command line was read and before the lesson's first line of work. `threads` is nil when the
  /// engine is to choose.
  func configureEngine() {}
}
