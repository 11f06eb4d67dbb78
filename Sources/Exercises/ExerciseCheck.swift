import Foundation
import Tensors

/// The check of an exercise: the properties that a right answer has.
///
/// The check is compiled together with the student's file, as one program:
///
/// ```swift
/// @main enum Check: ExerciseCheck {
///   static func check() throws {
///     try property("Each row of the weights sums to 1") {
///       let weights = softmaxRows(Tensor.randn([2, 5]))
///       try expectEqual(weights.sum(dim: 1), Tensor.ones([2]), within: 1e-5, "the sums of the rows")
///     }
///   }
/// }
/// ```
///
/// A property holds for all inputs, so its inputs are drawn; it is never a number to copy.
@MainActor
public protocol ExerciseCheck {
  /// Tries one property after another; ends with the first one that does not hold.
  static func check() throws
}

extension ExerciseCheck {
  /// Runs the check from the seed 0, and ends the program with exit code 1 if a property does not hold.
  public static func main() {
    manualSeed(0)
    do {
      try check()
    } catch let failure as PropertyFailure {
      write("✗ \(failure.property)\n  \(failure.reason)\n")
      exit(EXIT_FAILURE)
    } catch {
      write("✗ \(error)\n")
      exit(EXIT_FAILURE)
    }
  }
}

/// A property that does not hold, and what is wrong.
public struct PropertyFailure: Error, Equatable {
  /// The property, in a sentence.
  public let property: String
  /// What was found instead.
  public let reason: String
}

/// Tries a property of the answer, and says so if it holds.
///
/// - Parameters:
///   - sentence: what is claimed: "Each row of the weights sums to 1".
///   - body: tries it, with `expect` and its relatives.
/// - Throws: ``PropertyFailure`` with the sentence and the reason.
@MainActor
public func property(_ sentence: String, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch let unmet as Unmet {
    throw PropertyFailure(property: sentence, reason: unmet.reason)
  } catch let failure as PropertyFailure {
    throw failure
  } catch {
    throw PropertyFailure(property: sentence, reason: "\(error)")
  }
  write("✓ \(sentence)\n")
}

/// An expectation that was not met.
struct Unmet: Error {
  let reason: String
}

/// Writes at once, so that what a property printed stays if the next one crashes.
private func write(_ text: String) {
  FileHandle.standardOutput.write(Data(text.utf8))
}
