extension Generator {
  @TaskLocal private static var bound: Generator?
  private static let processWide = Generator()

  /// The generator that everything draws from which is not given one: layers being made, dropout, random tensors.
  ///
  /// It is the one of the innermost ``withGenerator(_:_:)`` around, or else the process-wide one, which starts with
  /// ``defaultSeed``. (PyTorch seeds its process-wide generator from the clock; here a program that forgets to seed
  /// repeats its results.)
  public static var current: Generator { bound ?? processWide }

  fileprivate static func withBound<Result>(
    _ generator: Generator, _ body: () throws -> Result
  ) rethrows -> Result {
    try $bound.withValue(generator, operation: body)
  }

  fileprivate static func withBound<Result>(
    _ generator: Generator, isolation: isolated (any Actor)?, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await $bound.withValue(generator, operation: body, isolation: isolation)
  }
}

/// Starts the current generator over, as `torch.manual_seed` does.
///
/// - Parameter seed: any number; as in PyTorch only its low 32 bits choose the stream.
public func manualSeed(_ seed: Int) {
  Generator.current.seed(seed)
}

/// Makes a generator the current one while a closure runs, for this task and the child tasks that it starts.
///
/// Scopes in parallel tasks do not disturb one another, nor the process-wide generator:
/// ```swift
/// let model = withGenerator(Generator(seed: 0)) { VisionTransformer(classCount: 10) }
/// ```
/// - Parameters:
///   - generator: the generator that ``Generator/current`` is within the scope; where it stands afterwards can be read from
///     it.
///   - body: what draws from it. Threads that it starts outside Swift's tasks (by Dispatch, say) do not inherit the
///     scope.
/// - Returns: what `body` returns.
public func withGenerator<Result>(_ generator: Generator, _ body: () throws -> Result) rethrows -> Result {
  try Generator.withBound(generator, body)
}

/// Makes a generator the current one while an asynchronous closure runs, for this task and the child tasks that it starts.
///
/// - Parameters:
///   - generator: the generator that ``Generator/current`` is within the scope.
///   - isolation: the caller's actor, where `body` runs.
///   - body: what draws from it.
/// - Returns: what `body` returns.
public func withGenerator<Result>(
  _ generator: Generator, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
  try await Generator.withBound(generator, isolation: isolation, body)
}
