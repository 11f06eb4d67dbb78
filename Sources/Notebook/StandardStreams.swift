/// Standard input, output and error of a program that is no lesson; a ``Lesson`` does the same for itself.
public enum StandardStreams {
  /// Makes sure that the descriptors 0 to 2 are taken, before the program opens anything.
  ///
  /// A program may be started with some of them closed (`<&-` in a shell). The next file that it opened would take the
  /// number, and results would go into that file. The places are filled with `/dev/null`, opened the wrong way round: to
  /// read or write there fails, as it did before.
  public static func reserve() { System.reserveStandardStreams() }

  /// Writes results to standard output, at once and entirely.
  ///
  /// A reader that left ends the program quietly, anything else that keeps it from writing with one line and exit code 1.
  public static func write(_ text: String) { Session.printToStandardOutput(text) }
}
