import Datasets
import Evaluation
import Exercises
import Foundation

@main enum Check: ExerciseCheck {
  static let captions = Scenes(split: .training, seed: 7).canonicalCaptions(60).map(SceneGrammar.words)

  /// A text with some words left out, doubled or exchanged for those of another text.
  static func changed(_ words: [String]) -> [String] {
    words.flatMap { word -> [String] in
      switch Int.draw(in: 0...9) {
      case 0: return []
      case 1: return [word, word]
      case 2: return [captions[Int.draw(in: 0...59)][1]]
      default: return [word]
      }
    }
  }

  static func check() throws {
    try property("Texts against themselves have the score 1") {
      for order in 1...4 {
        try expectEqual(bleu(captions, references: captions, order: order), 1, within: 1e-9, "BLEU-\(order)")
      }
    }
    try property("Words that are repeated more often than in the reference count no more") {
      let score = bleu([["the", "the", "the", "the"]], references: [["the", "cat"]], order: 1)
      try expectEqual(score, 0.25, within: 1e-9, "BLEU-1 of \"the the the the\" for \"the cat\": of 4 words 1 counts")
    }
    try property("A text that is cut short has the brevity penalty, and nothing else") {
      for caption in captions.prefix(20) {
        let kept = Int.draw(in: 4...caption.count)
        let score = bleu([Array(caption.prefix(kept))], references: [caption], order: 4)
        let wanted = exp(1 - Double(caption.count) / Double(kept))
        try expectEqual(score, wanted, within: 1e-9, "BLEU-4 of the first \(kept) of \(caption.count) words")
      }
    }
    try property("The order of the texts does not matter") {
      let pairs = captions.map { (changed($0), $0) }
      let others = pairs.shuffledByDraw()
      let score = bleu(pairs.map(\.0), references: pairs.map(\.1), order: 4)
      let other = bleu(others.map(\.0), references: others.map(\.1), order: 4)
      try expectEqual(score, other, within: 1e-9, "BLEU-4 of the same texts in another order")
    }
    try property("Counts are added up over all texts before they are divided") {
      let short = (["a", "cat"], ["a", "dog"])
      let long = (captions[0], captions[0])
      let score = bleu([short.0, long.0], references: [short.1, long.1], order: 2)
      try expect(
        score > 0.5, "one short text without a common 2-gram brought the score of the corpus to \(score)")
    }
    try property("The score is the library's, on changed captions") {
      for trial in 0..<8 {
        let candidates = captions.map(changed)
        let library = BLEU(candidates, references: captions.map { [$0] })
        let order = trial % 4 + 1
        try expectEqual(
          bleu(candidates, references: captions, order: order), library.score(order), within: 1e-9, "BLEU-\(order)")
      }
    }
  }
}
