import Tensors

/// Probabilities `[I, C]` from the mean of the prompts' vectors.
func vectorEnsemble(_ images: Tensor, _ prompts: [Tensor], scale: Float) -> Tensor {
  let mean = prompts.dropFirst().reduce(prompts[0], +) / Float(prompts.count)
  return (images.matmul(mean.T) * scale).softmax(dim: 1)  // something is missing
}

/// Probabilities `[I, C]`: the mean of what each prompt gives.
func probabilityEnsemble(_ images: Tensor, _ prompts: [Tensor], scale: Float) -> Tensor {
  // Takes the mean of the logits, and of that the softmax.
  let logits = prompts.map { images.matmul($0.T) * scale }
  return (logits.dropFirst().reduce(logits[0], +) / Float(prompts.count)).softmax(dim: 1)
}

/// Dot products of a picture's and a text's vector that each ensemble needs.
func dotProducts(images: Int, classes: Int, prompts: Int) -> (vectors: Int, probabilities: Int) {
  (0, 0)
}
