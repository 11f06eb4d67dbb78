import Datasets
import Evaluation
import Testing

struct CaptionPriorTests {
  @Test func itKnowsWhatCameAfterTheSameWords() {
    let prior = CaptionPrior(["a red circle", "a red circle", "a red square", "a blue star"])
    let known = prior.probabilities("a red circle")
    // By hand: "a" begins all four, red follows it three times of four, circle follows "a red" two times of three.
    #expect(known.count == 4)
    #expect(known[0] < 1 && known[0] < known[3])
    #expect(abs(known[1] - 0.75) < 0.15 && abs(known[2] - 2.0 / 3) < 0.15 && known[3] > 0.7)
    #expect(prior.surprise("a red circle") < prior.surprise("a blue circle"))
  }

  @Test func itsProbabilitiesAddUpToOne() {
    let captions = Scenes(split: .training, seed: 3).canonicalCaptions(200)
    let prior = CaptionPrior(captions)
    let words = Set(captions.flatMap { SceneGrammar.words(of: $0) })
    #expect(prior.wordCount == words.count + 1)
    for beginning in ["", "a small red ", "a large blue square to the ", "zebra crossing "] {
      let place = beginning.split(separator: " ").count
      let ofWords = words.map { prior.probabilities(beginning + $0)[place] }.reduce(0, +)
      let ofEnd = prior.probabilities(beginning)[place]
      let ofUnknown = prior.probabilities(beginning + "zebra")[place]
      #expect(abs(ofWords + ofEnd + ofUnknown - 1) < 1e-12, "\(beginning)")
    }
  }

  @Test func moreCaptionsPredictNewOnesBetter() {
    let new = Scenes(split: .heldOut, seed: 5).canonicalCaptions(50)
    func surprise(_ count: Int) -> Double {
      let prior = CaptionPrior(Scenes(split: .training, seed: 3).canonicalCaptions(count))
      return new.reduce(0) { $0 + prior.surprise($1) }
    }
    let (few, many) = (surprise(50), surprise(3000))
    #expect(many < 0.8 * few)
    // Six colors, six shapes and two sizes cannot be known: no captions can make these free.
    #expect(many / 50 > 5)
  }
}
