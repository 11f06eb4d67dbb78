import Tensors
import Testing

@testable import Exercises

/// What the checks of exercises are written with.
@MainActor @Suite struct ExpectationsTests {
  private func failure(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let unmet as Unmet {
      return unmet.reason
    } catch {
      return "another error: \(error)"
    }
  }

  @Test func aPropertyThatHoldsThrowsNothing() throws {
    try property("One is one") { try expect(1 == 1, "it is not") }
  }

  @Test func aPropertyThatDoesNotHoldSaysWhichAndWhy() {
    #expect(throws: PropertyFailure(property: "One is two", reason: "it is not")) {
      try property("One is two") { try expect(1 == 2, "it is not") }
    }
  }

  @Test func shapesAreComparedBeforeNumbers() {
    let message = failure { try expectEqual(Tensor.zeros([2, 3]), Tensor.zeros([3, 2]), within: 1, "a") }
    #expect(message == "a: the shape is [2, 3], expected is [3, 2]")
  }

  @Test func theLargestDifferenceIsNamedWithItsPlace() {
    let (found, expected) = (Tensor([[1, 2], [3, 4]]), Tensor([[1, 2.5], [3, 6]]))
    let message = failure { try expectEqual(found, expected, within: 0.25, "the sums") }
    #expect(message == "the sums: at [1, 1] is 4.0, expected is 6.0 (a difference of up to 0.25 would do)")
    #expect(failure { try expectEqual(found, expected, within: 2, "the sums") } == nil)
  }

  @Test(arguments: [Float.nan, .infinity])
  func notANumberAndInfinityAreNeverCloseEnough(number: Float) {
    #expect(failure { try expectEqual(Tensor([number]), Tensor([1]), within: 1e30, "it") } != nil)
    #expect(failure { try expectEqual(number, 1, within: 1e30, "it") } != nil)
  }

  @Test func equalInfinitiesAreEqual() {
    #expect(failure { try expectEqual(Tensor([-.infinity]), Tensor([-.infinity]), within: 0, "it") } == nil)
    #expect(failure { try expectEqual(-Float.infinity, -.infinity, within: 0, "it") } == nil)
  }

  @Test func aChangeThatHasToShowMustBeLargeEnough() {
    let message = failure { try expectDifferent(Tensor([1, 2]), Tensor([1, 2.25]), by: 0.5, "the outputs") }
    #expect(message == "the outputs: no number differs by more than 0.5; the largest difference is 0.25")
    #expect(failure { try expectDifferent(Tensor([1, 2]), Tensor([1, 3]), by: 0.5, "the outputs") } == nil)
  }

  @Test func drawsStayInTheirRangeAndRepeatAfterTheSameSeed() {
    func draws() -> [Int] {
      manualSeed(5)
      return (0..<50).map { _ in Int.draw(in: -1...3) } + [1, 2, 3, 4, 5].shuffledByDraw()
    }
    let first = draws()
    #expect(first == draws())
    #expect(Set(first[..<50]) == [-1, 0, 1, 2, 3])
    #expect(Set(first[50...]) == [1, 2, 3, 4, 5])
    #expect((0..<50).allSatisfy { _ in (2...2.5).contains(Float.draw(in: 2...2.5)) })
  }
}
