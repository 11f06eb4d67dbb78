import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  struct Task {
    let images: Tensor
    let prompts: [Tensor]
    let scale: Float

    init(promptCount: Int) {
      let (width, classes) = (Int.draw(in: 3...8), Int.draw(in: 2...5))
      images = Tensor.randn([Int.draw(in: 1...4), width]).l2Normalized()
      prompts = (0..<promptCount).map { _ in Tensor.randn([classes, width]).l2Normalized() }
      scale = Float.draw(in: 2...20)
    }
  }

  static func check() throws {
    try property("With one prompt both are the softmax of the scaled cosines") {
      for _ in 0..<10 {
        let task = Task(promptCount: 1)
        let plain = (task.images.matmul(task.prompts[0].T) * task.scale).softmax(dim: 1)
        try expectEqual(
          vectorEnsemble(task.images, task.prompts, scale: task.scale), plain, within: 1e-5, "vectorEnsemble")
        try expectEqual(
          probabilityEnsemble(task.images, task.prompts, scale: task.scale), plain, within: 1e-5, "probabilityEnsemble")
      }
    }
    try property("vectorEnsemble classifies with the mean of the vectors, brought to length 1") {
      for _ in 0..<10 {
        let task = Task(promptCount: Int.draw(in: 2...5))
        let stacked = Tensor.cat(task.prompts.map { $0.unsqueeze(0) }, dim: 0)
        let classes = stacked.mean(dim: 0).l2Normalized()
        try expectEqual(
          vectorEnsemble(task.images, task.prompts, scale: task.scale),
          (task.images.matmul(classes.T) * task.scale).softmax(dim: 1), within: 1e-5,
          "vectorEnsemble; how long is the mean of unit vectors?")
      }
    }
    try property("probabilityEnsemble is the mean of the probabilities of each prompt") {
      for _ in 0..<10 {
        let task = Task(promptCount: Int.draw(in: 2...5))
        let (images, classes) = (task.images.shape[0], task.prompts[0].shape[0])
        var expected = [Float](repeating: 0, count: images * classes)
        for prompt in task.prompts {
          let logits = (task.images.matmul(prompt.T) * task.scale).scalars
          for image in 0..<images {
            let row = Tensor(Array(logits[image * classes..<(image + 1) * classes])).softmax(dim: 0).scalars
            for place in 0..<classes { expected[image * classes + place] += row[place] / Float(task.prompts.count) }
          }
        }
        try expectEqual(
          probabilityEnsemble(task.images, task.prompts, scale: task.scale),
          Tensor(expected, shape: [images, classes]),
          within: 1e-5, "probabilityEnsemble; is the mean taken after the softmax?")
      }
    }
    try property("Rows sum to 1, and the order of the prompts does not matter") {
      for _ in 0..<10 {
        let task = Task(promptCount: Int.draw(in: 2...5))
        let others = task.prompts.shuffledByDraw()
        for ensemble in [vectorEnsemble, probabilityEnsemble] {
          let result = ensemble(task.images, task.prompts, task.scale)
          try expectEqual(result.sum(dim: 1), Tensor.ones([task.images.shape[0]]), within: 1e-5, "the sums of the rows")
          try expectEqual(
            ensemble(task.images, others, task.scale), result, within: 1e-5, "with the prompts in another order")
        }
      }
    }
    try property("Dot products: prompts are averaged once, but vote for each picture") {
      for _ in 0..<10 {
        let (images, classes, prompts) = (Int.draw(in: 1...9), Int.draw(in: 1...9), Int.draw(in: 2...9))
        var (vectors, probabilities) = (0, 0)
        for _ in 0..<images {
          for _ in 0..<classes {
            vectors += 1
            for _ in 0..<prompts { probabilities += 1 }
          }
        }
        let found = dotProducts(images: images, classes: classes, prompts: prompts)
        try expect(
          found == (vectors, probabilities),
          "for \(images) images, \(classes) classes and \(prompts) prompts: \(found), expected is "
            + "\((vectors, probabilities))"
        )
      }
    }
  }
}
