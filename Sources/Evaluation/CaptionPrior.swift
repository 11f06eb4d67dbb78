import Datasets
import Support
import Tensors

/// An n-gram language model of captions: the baseline of a captioner, without the picture.
///
/// A captioner that predicts words better than this model takes the difference from the picture. Counts after long
/// contexts are mixed with those after shorter ones, so that no word has the probability zero.
public struct CaptionPrior: Sendable {
  /// The number of each word of the training captions, from 1; the end of a caption is a word, too.
  private let ids: [String: UInt64]
  /// How often each run of words occurred.
  private let runs: [UInt64: Int]
  /// How often each run of words, the empty one too, came before another word.
  private let contexts: [UInt64: Int]

  private static let end = "\n"
  /// The longest context in words. A word takes eight bits, so that a context and the word after it fit into 64.
  private static let contextLength = 7
  private static let largestID: UInt64 = 255

  /// Counts the words of captions.
  ///
  /// - Precondition: the captions have at most 254 different words.
  public init(_ captions: [String]) {
    var (ids, runs, contexts) = ([Self.end: UInt64(1)], [UInt64: Int](), [UInt64: Int]())
    for caption in captions {
      var sequence: [UInt64] = []
      for word in Self.words(caption) {
        let id = ids[word] ?? UInt64(ids.count + 1)
        ids[word] = id
        sequence.append(id)
      }
      for place in sequence.indices {
        for length in 0...min(place, Self.contextLength) {
          let context = Self.key(sequence[place - length..<place])
          contexts[context, default: 0] += 1
          runs[context << 8 | sequence[place], default: 0] += 1
        }
      }
    }
    if ids.count > Self.largestID { reportMisuse("CaptionPrior", "\(ids.count) different words are more than 254") }
    (self.ids, self.runs, self.contexts) = (ids, runs, contexts)
  }

  /// How many words the captions had, with the end.
  public var wordCount: Int { ids.count }

  /// The words that a caption is made of, with its end.
  private static func words(_ caption: String) -> [String] { SceneGrammar.words(of: caption) + [end] }

  private static func key(_ run: ArraySlice<UInt64>) -> UInt64 { run.reduce(0) { $0 << 8 | $1 } }

  /// The probability of each word of a caption, and of its end, after the words before it.
  ///
  /// The counts after a context are mixed with the probability after the next shorter context, which weighs as much as
  /// one observation. The counts without a context are mixed with even odds for all words and one unknown word.
  public func probabilities(_ caption: String) -> [Double] {
    let sequence = Self.words(caption).map { ids[$0] ?? 0 }
    return sequence.indices.map { place in
      var probability = 1 / Double(ids.count + 1)
      for length in 0...min(place, Self.contextLength) {
        let context = sequence[place - length..<place]
        // A word that training did not have ends the contexts that reach back to it.
        guard !context.contains(0), let count = contexts[Self.key(context)] else { break }
        let seen = sequence[place] == 0 ? 0 : runs[Self.key(context) << 8 | sequence[place], default: 0]
        probability = (Double(seen) + probability) / Double(count + 1)
      }
      return probability
    }
  }

  /// The negative log-probability of a whole caption with its end, in nats.
  public func surprise(_ caption: String) -> Double {
    probabilities(caption).reduce(0) { $0 - ElementaryDouble.log($1) }
  }
}
