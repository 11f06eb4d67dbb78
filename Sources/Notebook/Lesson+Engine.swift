import Tensors

extension Lesson {
  /// Applies the command line's seed and threads to the tensor engine, before the lesson's first line of work.
  func configureEngine() {
    manualSeed(seed)
    if let threads { Threads.count = threads }
  }
}
