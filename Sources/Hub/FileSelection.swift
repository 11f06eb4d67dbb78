/// Which files of a repository are wanted.
public enum FileSelection: Equatable, Sendable {
  /// What a model needs to run, and nothing else.
  case model
  /// Files by their names; each must be there.
  case named([String])
}
