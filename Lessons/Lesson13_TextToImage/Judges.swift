import Datasets
import Evaluation
import Images
import Notebook
import Pretrained

/// The judges of drawings side by side: pixels, CLIPScore, questions.
struct Judges {
  let clip: ZeroShot
  private let score: CLIPScore
  private let questions: DrawingQuestions

  init(clip: ZeroShot, vilt: QuestionAnswering) {
    self.clip = clip
    score = CLIPScore(clip)
    questions = DrawingQuestions(vilt)
  }

  /// What the judges say of some pictures, in the mean.
  struct Scores {
    /// The share that is right by the pixels, the mean CLIPScore and the mean share of questions answered as asked.
    let pixels, clip, questions: Double
  }

  /// The mean scores of pictures, each with its caption.
  func scores(_ images: [Image], _ captions: [String]) -> Scores {
    Scores(
      pixels: judged(images, captions).share(), clip: mean(clipScores(images, captions)),
      questions: mean(answered(images, captions)))
  }

  /// The CLIPScore of each picture with its caption.
  func clipScores(_ images: [Image], _ captions: [String]) -> [Double] {
    Notebook.require(try score(images, captions))
  }

  /// The share of each caption's questions that are answered as it says.
  func answered(_ images: [Image], _ captions: [String]) -> [Double] {
    Notebook.require(try questions(images, captions.map(request)))
  }

  // MARK: Near misses

  /// How often each judge gives a scene that is changed in one aspect a lower score than the true one.
  struct Trust {
    let aspect: SceneAspect
    let count: Int
    /// Shares from 0 to 1.
    let pixels, clip, questions: Double
  }

  /// Compares scenes with one near miss each in every aspect, by the captions of the scenes.
  func trust(_ scenes: [Scene]) -> [Trust] {
    SceneAspect.allCases.map { aspect in
      let pairs = scenes.enumerated().compactMap { index, scene -> (scene: Scene, miss: Scene)? in
        let request = request(scene.canonicalCaption)
        let variants = scene.variants(aspect).filter { Self.isMiss($0, aspect, request) }
        return variants.isEmpty ? nil : (scene, variants[index * 7 % variants.count])
      }
      let captions = pairs.map(\.scene.canonicalCaption)
      let (right, wrong) = (pairs.map { $0.scene.image() }, pairs.map { $0.miss.image() })
      func lower(_ right: [Double], _ wrong: [Double]) -> Double {
        Double(zip(right, wrong).count { $0 > $1 }) / Double(pairs.count)
      }
      func byPixels(_ images: [Image]) -> [Double] {
        judged(images, captions).map { $0.isRight ? 1 : 0 }
      }
      return Trust(
        aspect: aspect, count: pairs.count, pixels: lower(byPixels(right), byPixels(wrong)),
        clip: lower(clipScores(right, captions), clipScores(wrong, captions)),
        questions: lower(answered(right, captions), answered(wrong, captions)))
    }
  }

  /// Whether a scene that was changed in an aspect is no longer what was asked for; by its things, without a judge.
  ///
  /// Another place of one of two things may leave their relation as it was; every other change makes a caption false.
  private static func isMiss(_ changed: Scene, _ aspect: SceneAspect, _ request: SceneRequest) -> Bool {
    guard aspect == .place, let relation = request.relation else { return true }
    let things = request.things.compactMap { changed.object($0.combination) }
    return things.count != 2 || relation.holds(things[0], things[1]) != true
  }

  /// What the comparison says of each judge.
  func trustNote(_ rows: [Trust]) -> String {
    func names(_ rows: [Trust]) -> String {
      rows.isEmpty ? "no aspect" : rows.map { "\($0.aspect)" }.joined(separator: ", ")
    }
    let weakest = rows.min { $0.clip < $1.clip } ?? rows[0]
    let count = Double(rows.reduce(0) { $0 + $1.count })
    func ofAll(_ share: (Trust) -> Double) -> String {
      Format.percent(rows.reduce(0) { $0 + share($1) * Double($1.count) } / count, decimals: 1)
    }
    return """
      A judge that guesses finds half of the pairs. The pixels find \(ofAll(\.pixels)) of all, CLIPScore \(ofAll(\.clip)), the \
      questions \(ofAll(\.questions)). CLIPScore sees least where the \(weakest.aspect) is changed: \
      \(Format.percent(weakest.clip, decimals: 1)). The questions find fewer than half of the pairs for \
      \(names(rows.filter { $0.questions < 0.5 })): equal scores are not lower ones, and about size and place nothing is asked. \
      So below the pixels decide, and the two models stand beside them.
      """
  }

  // MARK: Agreement

  /// A group of drawings with the mean scores of the two models.
  struct Group {
    let name: String
    let count: Int
    let clip, questions: Double
  }

  /// The scores of drawings that are right by the pixels, and of those that are wrong.
  func agreement(_ images: [Image], _ captions: [String], _ judgements: [DrawingJudgement]) -> [Group] {
    let (scores, answers) = (clipScores(images, captions), answered(images, captions))
    return [("right", true), ("wrong", false)].compactMap { name, isRight in
      let places = judgements.indices.filter { judgements[$0].isRight == isRight }
      if places.isEmpty { return nil }
      return Group(
        name: name, count: places.count, clip: mean(places.map { scores[$0] }),
        questions: mean(places.map { answers[$0] }))
    }
  }
}
