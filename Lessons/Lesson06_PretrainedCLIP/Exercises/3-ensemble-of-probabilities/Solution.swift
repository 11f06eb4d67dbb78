import Tensors

/// The mean of tensors of one shape.
func mean(_ tensors: [Tensor]) -> Tensor { tensors.dropFirst().reduce(tensors[0], +) / Float(tensors.count) }

/// Probabilities `[I, C]` from the mean of the prompts' vectors.
func vectorEnsemble(_ images: Tensor, _ prompts: [Tensor], scale: Float) -> Tensor {
  // A mean of unit vectors is shorter than 1; without this the classes whose prompts differ most would lose.
  let classes = mean(prompts).l2Normalized()
  return (images.matmul(classes.T) * scale).softmax(dim: 1)
}

/// Probabilities `[I, C]`: the mean of what each prompt gives.
func probabilityEnsemble(_ images: Tensor, _ prompts: [Tensor], scale: Float) -> Tensor {
  // The softmax stands inside of the mean: each prompt votes with its probabilities.
  mean(prompts.map { (images.matmul($0.T) * scale).softmax(dim: 1) })
}

/// Dot products of a picture's and a text's vector that each ensemble needs.
func dotProducts(images: Int, classes: Int, prompts: Int) -> (vectors: Int, probabilities: Int) {
  (images * classes, images * classes * prompts)
}
