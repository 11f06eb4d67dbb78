#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A word for something that an operation was called with, and its shape.
@usableFromInline
package typealias Operand = (name: String, shape: [Int])

/// Does the work of an operation by means of others. What goes wrong in these is told under the operation's own name,
/// with its own shapes: a learner who called `Embedding` need not know that it picks rows.
///
/// Of operations within one another, the outermost one is named. Code of the caller must not be run by `body`: its
/// mistakes are its own.
///
/// - Parameter operation: what was called, for example `"Embedding"`; the shapes that it was called with follow.
@inlinable
package func calling<Result>(
  _ operation: String, _ first: Operand? = nil, _ second: Operand? = nil, _ third: Operand? = nil,
  _ body: () throws -> Result
) rethrows -> Result {
  try withUnsafePointer(to: OuterCall(operation, first, second, third)) { call in
    let isOutermost = OuterCall.enter(call)
    defer { if isOutermost { OuterCall.leave() } }
    return try body()
  }
}

/// The outermost call that has not returned yet, on this thread.
@usableFromInline
package struct OuterCall {
  let operation: String
  private let operands: (Operand?, Operand?, Operand?)

  @usableFromInline
  package init(_ operation: String, _ first: Operand? = nil, _ second: Operand? = nil, _ third: Operand? = nil) {
    self.operation = operation
    operands = (first, second, third)
  }

  /// Where the thread keeps the address of its outermost call.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  static var current: OuterCall? {
    pthread_getspecific(key)?.assumingMemoryBound(to: OuterCall.self).pointee
  }

  /// Begins a call, unless it is part of another one.
  @usableFromInline
  package static func enter(_ call: UnsafePointer<OuterCall>) -> Bool {
    if pthread_getspecific(key) != nil { return false }
    pthread_setspecific(key, call)
    return true
  }

  @usableFromInline
  package static func leave() { pthread_setspecific(key, nil) }

  /// Does what `calling` does, from here to the end of a scope: for initializers, which no closure can do the work of.
  ///
  /// - Returns: what ends it, to be called by `defer`.
  package static func begin(_ operation: String) -> @Sendable () -> Void {
    if current != nil { return {} }
    let call = UnsafeMutablePointer<OuterCall>.allocate(capacity: 1)
    call.initialize(to: OuterCall(operation))
    pthread_setspecific(key, call)
    return {
      guard let call = pthread_getspecific(key)?.assumingMemoryBound(to: OuterCall.self) else { return }
      pthread_setspecific(key, nil)
      call.deinitialize(count: 1)
      call.deallocate()
    }
  }

  /// A reason with the shapes behind that it does not mention.
  func completed(_ reason: String) -> String {
    let all = [operands.0, operands.1, operands.2].compactMap { $0 }
    let missing = all.filter { !reason.contains("\($0.shape)") }
    if missing.isEmpty { return reason }
    return reason + " (" + missing.map { "\($0.name) \($0.shape)" }.joined(separator: ", ") + ")"
  }
}
