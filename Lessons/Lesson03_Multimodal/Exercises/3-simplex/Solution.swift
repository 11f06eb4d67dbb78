import Layers
import Tensors

/// Free vectors of `count` pairs, trained on the contrastive loss with s = 1.
///
/// - Returns: unit vectors, `[count, dimensions]` each.
func trainedVectors(count: Int, dimensions: Int) -> (pictures: Tensor, texts: Tensor) {
  let pictures = Tensor.randn([count, dimensions]).requiringGrad()
  let texts = Tensor.randn([count, dimensions]).requiringGrad()
  let optimizer = AdamW([pictures, texts], learningRate: 0.05, weightDecay: 0)
  for _ in 0..<300 {
    // Only directions count, so the vectors are normalized within the loss.
    let loss = clipLoss(pictures.l2Normalized().matmul(texts.l2Normalized().T))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  return noGrad { (pictures.l2Normalized(), texts.l2Normalized()) }
}
