import Layers
import Tensors
import Testing

/// CLIP's loss with several right answers.
struct ContrastiveLossTests {
  private let logits = Tensor([2, -1, 0.5, 0, 3, 1, 1, 0, -2], shape: [3, 3])
  private let pairs = [true, false, false, false, true, false, false, false, true]

  @Test func pairsThatAllDifferGiveTheLossOfCLIP() {
    let labels = IntTensor([0, 1, 2])
    let expected = (crossEntropy(logits, labels) + crossEntropy(logits.T, labels)) * 0.5
    #expect(abs(contrastiveLoss(logits, matches: pairs).item - expected.item) < 1e-6)
  }

  @Test func scoresThatSayNothingCostTheLogarithmOfTheNumber() {
    #expect(abs(contrastiveLoss(.zeros([4, 4]), matches: (0..<16).map { $0 % 5 == 0 }).item - 1.386_294_4) < 1e-6)
  }

  @Test func equalMeaningsShareTheAnswer() {
    // Texts 0 and 1 are both true of pictures 0 and 1: no order between them is asked for.
    let matches = [true, true, false, true, true, false, false, false, true]
    let good = Tensor([30, 30, 0, 30, 30, 0, 0, 0, 60], shape: [3, 3])
    let least = 2 * Float(0.693_147_2) / 3
    #expect(abs(contrastiveLoss(good, matches: matches).item - least) < 1e-5)
    #expect(contrastiveLoss(good, matches: pairs).item > least - 1e-5)
  }

  @Test func aTextThatIsTrueOfOnePictureMoreIsNoMistake() {
    // "a red circle" (text 0) is true of picture 1, too; its own text 1 tells more and is not true of picture 0.
    let matches = [true, false, false, true, true, false, false, false, true]
    let scores = logits.requiringGrad()
    contrastiveLoss(scores, matches: matches).backward()
    let gradient = scores.grad?.scalars ?? []
    #expect(gradient.count == 9)
    #expect(gradient[3] < 0, "text 0 is drawn towards picture 1")
    #expect(gradient[1] > 0, "text 1 is pushed from picture 0")
  }
}
