import Tensors
import Testing
import Training

/// What is read and what is asked for in teacher forcing.
struct CaptionBatchTests {
  private let batch = CaptionBatch(ids: [[4, 5, 6], [7]], end: 9)

  @Test func eachTokenIsAskedForWhereTheOneBeforeItIsRead() {
    #expect(batch.inputs == IntTensor([[9, 4, 5, 6], [9, 7, 9, 9]]))
    let ignored = CaptionBatch.ignored
    #expect(batch.targets == IntTensor([4, 5, 6, 9, 7, 9, ignored, ignored]))
    #expect(batch.targetCount == 6)
  }

  @Test func paddingDoesNotCount() {
    // Certain of each token that is asked for, and of nonsense where nothing is.
    var scores = [Float](repeating: 0, count: 8 * 10)
    for (place, token) in batch.targets.scalars.enumerated() { scores[place * 10 + max(token, 0)] = 50 }
    #expect(batch.loss(Tensor(scores, shape: [2, 4, 10])).item < 1e-6)
    #expect(abs(batch.loss(Tensor.zeros([2, 4, 10])).item - 2.302_585) < 1e-5)
  }
}
