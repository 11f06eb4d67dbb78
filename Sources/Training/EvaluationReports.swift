import Datasets
import Evaluation
import Pretrained
import Tensors

// What a training reports of its model: scores on data that it has not learned from.

extension CLIPEvaluation {
  /// Recall on held-out scenes and accuracy on held-out digits.
  func report(digits: Digits) throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(clip.model.parameterCount)")
    for count in CLIPTraining.objectCounts {
      for split in [SceneSplit.heldOut, .heldOutCombinations] {
        let scenes = Scenes(split: split, objectCounts: count...count, seed: 1)
        let similarities = try similarities(SceneGallery(scenes, count: Self.sceneCount))
        let name = "\(count == 1 ? "one thing" : "\(count) things"), \(split)"
        report.add(
          share: RetrievalScores(similarities).recall(at: 1), "recall@1 of \(Self.sceneCount) captions, \(name)")
        report.add(
          share: RetrievalScores(similarities.T).recall(at: 1), "recall@1 of \(Self.sceneCount) pictures, \(name)")
      }
    }
    report.add(
      share: try zeroShotAccuracy(digits) { [DigitCaption.text($0)] }, "digits of new writers, one prompt")
    report.add(
      share: try zeroShotAccuracy(digits) { DigitCaption.all(of: $0, .training) }, "digits of new writers, all prompts")
    return report
  }
}

extension CaptionerEvaluation {
  /// Exact matches and BLEU on held-out scenes.
  func report() throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(captioner.model.parameterCount)")
    for split in [SceneSplit.heldOut, .heldOutCombinations] {
      let scenes = Scenes(split: split, seed: 1).prefix(Self.sceneCount)
      let (said, wanted) = (try captions(scenes), scenes.map(\.canonicalCaption))
      report.add(share: exactMatch(said, references: wanted), "exact captions, \(split)")
      report.add(share: BLEU(said, references: wanted).score(), "BLEU-4, \(split)")
    }
    return report
  }
}

extension VQAEvaluation {
  /// The share of right answers to held-out questions about relations, 0 to 1.
  func relationAccuracy() throws -> Double {
    let scenes = Scenes(split: .heldOut, seed: 1)
    let questions = (0..<Self.questionCount).map { scenes.question(at: $0, type: .relation) }
    return questions.accuracy(of: try answers(questions))
  }

  /// Right answers on held-out scenes and wordings, and from the question alone.
  func report() throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(model.parameterCount)")
    let prior = QuestionPrior(Scenes(split: .training), count: 20_000)
    for (split, wordings) in [
      (SceneSplit.heldOut, SceneWordings.training), (.heldOutCombinations, .training), (.heldOut, .heldOut),
    ] {
      let scenes = Scenes(split: split, wordings: wordings, seed: 1)
      let questions = (0..<Self.questionCount).map { scenes.question(at: $0) }
      let name = wordings == .heldOut ? "\(split), new wordings" : "\(split)"
      let answers = try answers(questions)
      report.add(share: questions.accuracy(of: answers), "right answers, \(name)")
      for type in SceneQuestionType.allCases {
        report.add(share: questions.accuracy(of: answers, type: type), "  \(type)")
      }
      report.add(share: questions.accuracy(of: questions.map(prior.answer)), "  from the question alone")
    }
    return report
  }
}

extension BLIP2Evaluation {
  /// Exact matches and BLEU on held-out scenes, with the Q-Former and with a linear bridge.
  func report(bridge: LinearBridge) throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(model.parameterCount)")
    report.add("of these trained as BLIP-2", "\(model.bridgeParameterCount)")
    for split in [SceneSplit.heldOut, .heldOutCombinations] {
      let scenes = Scenes(split: split, seed: 1).prefix(Self.sceneCount)
      let wanted = scenes.map(\.canonicalCaption)
      for (name, bridge) in [("Q-Former", nil), ("linear bridge", bridge)] {
        let said = try captions(scenes, bridge: bridge)
        report.add(share: exactMatch(said, references: wanted), "exact captions, \(split), \(name)")
        report.add(share: BLEU(said, references: wanted).score(), "BLEU-4, \(split), \(name)")
      }
    }
    return report
  }
}

extension ReaderEvaluation {
  /// Exact fields, pages and rows and the character error rate on held-out pages, new layouts and a new font.
  ///
  /// - Parameter pageCount: how many pages of each part are read.
  func report(pageCount: Int) throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(reader.model.parameterCount)")
    for split in DocumentSplit.allCases where split != .training {
      let documents = Documents(split: split, seed: 1).prefix(pageCount)
      let (fields, texts) = (try answers(documents, .fields), try answers(documents, .text))
      report.add(share: Self.exactFields(fields, documents), "exact fields, \(split)")
      report.add(share: exactMatch(fields, references: documents.map(\.sequence)), "exact pages, \(split)")
      let errors = characterErrorRate(texts, references: documents.map(\.transcript))
      report.add(share: min(errors, 1), "character error rate, \(split)")
    }
    let lines = (0..<pageCount).map { Documents(split: .heldOut, seed: 1).line(at: $0) }
    let read = try answers(lines, .text)
    report.add(share: exactMatch(read, references: lines.map(\.transcript)), "exact lines, held out")
    return report
  }
}

extension PainterEvaluation {
  /// The loss on training and on held-out scenes, and the share of right drawings of held-out scenes, by the pixels.
  ///
  /// - Parameter sceneCount: how many scenes of each part are drawn with each seed.
  func report(sceneCount: Int) throws -> TrainingReport {
    var report = TrainingReport()
    for split in [SceneSplit.training, .heldOut] {
      let examples = PainterExamples(split, seed: 1, batchSize: 64)
      let losses = try withGenerator(Generator(seed: 0)) {
        try noGrad { try (0..<8).map { Double(try examples.batch(step: $0).loss(of: painter).item) } }
      }
      report.add(number: losses.reduce(0, +) / Double(losses.count), "loss, \(split)")
    }
    for count in PainterExamples.objectCounts {
      for split in [SceneSplit.heldOut, .heldOutCombinations] {
        let scenes = Scenes(split: split, objectCounts: count...count, seed: 1).prefix(sceneCount)
        for seed in split == .heldOut ? Self.seeds : [Self.seeds[0]] {
          let name = "right, \(count == 1 ? "one thing" : "\(count) things"), \(split), seed \(seed)"
          report.add(share: try judgements(scenes, seed: seed).share(), name)
        }
      }
    }
    return report
  }
}
