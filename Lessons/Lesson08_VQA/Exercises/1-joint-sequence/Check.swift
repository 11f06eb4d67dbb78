import Checkpoints
import Datasets
import Exercises
import Pretrained
import Tensors
import Training

@main enum Check: ExerciseCheck {
  static func check() throws {
    let folder = try ShippedCheckpoint.vqa.directory
    let vilt = try QuestionAnswering(directory: folder)
    let checkpoint = try Checkpoint(path: "\(folder)/model.safetensors")
    var tensors: [String: Tensor] = [:]
    for name in checkpoint.names where name.hasPrefix("vilt.embeddings.") {
      tensors[String(name.dropFirst("vilt.embeddings.".count))] = try checkpoint.tensor(name)
    }
    /// A name that is not there is a mistake in the answer: zeros let the comparison say so.
    func weight(_ name: String) -> Tensor { tensors[name] ?? Tensor.zeros([1]) }
    func drawnInput() -> (ids: [Int], pixels: Tensor) {
      let scenes = Scenes(split: .heldOut, seed: Int.draw(in: 0...1000))
      let question = scenes.question(at: Int.draw(in: 0...1000))
      return (vilt.tokenizer.encode(question.text).ids, Scene.tensor([question.scene]))
    }
    func whole(_ ids: [Int], _ pixels: Tensor) -> Tensor {
      noGrad { vilt.model.embedded(IntTensor([ids]), pixels).tokens[0] }
    }

    try property("The sequence has a row for each word, one for the extra token and 16 for the patches") {
      for _ in 0..<3 {
        let (ids, pixels) = drawnInput()
        try expectShape(
          jointSequence(ids, pixels[0], weight), [ids.count + 17, 80], "jointSequence for \(ids.count) tokens")
      }
    }
    try property("The words are the library's") {
      for _ in 0..<5 {
        let (ids, pixels) = drawnInput()
        try expectEqual(
          jointSequence(ids, pixels[0], weight).slice(0..<ids.count, dim: 0),
          whole(ids, pixels).slice(0..<ids.count, dim: 0), within: 1e-5,
          "the words: row + segment 0 + place, then LayerNorm, then mark 0")
      }
    }
    try property("The picture's tokens are the library's") {
      for _ in 0..<5 {
        let (ids, pixels) = drawnInput()
        try expectEqual(
          jointSequence(ids, pixels[0], weight).slice(ids.count..<ids.count + 17, dim: 0),
          whole(ids, pixels).slice(ids.count..<ids.count + 17, dim: 0), within: 1e-5,
          "extra token and patches, each + its place, then mark 1")
      }
    }
    try property("Exchanged marks exchange their difference, and change the model's scores") {
      let (ids, pixels) = drawnInput()
      let marks = weight("token_type_embeddings.weight")
      let before = jointSequence(ids, pixels[0], weight)
      let after = jointSequence(ids, pixels[0]) {
        $0 == "token_type_embeddings.weight" ? marks.indexSelect([1, 0]) : weight($0)
      }
      let step = marks[1] - marks[0]
      let signs = Tensor((0..<ids.count + 17).map { $0 < ids.count ? 1 : -1 }, shape: [ids.count + 17, 1])
      try expectEqual(after - before, signs * step, within: 1e-4, "what exchanged marks change")
      let scores = noGrad { vilt.model(IntTensor([ids]), pixels) }
      for (name, parameter) in vilt.model.namedParameters() where name == "vilt.embeddings.token_type_embeddings.weight"
      {
        parameter.assign(marks.indexSelect([1, 0]).contiguous())
      }
      try expectDifferent(
        noGrad { vilt.model(IntTensor([ids]), pixels) }, scores, by: 0.01, "the scores with exchanged marks")
    }
  }
}
