import Models

/// How many parameters a Vision Transformer of these sizes has.
func parameterCount(of sizes: VisionTransformer.Configuration) -> Int {
  let (d, classes) = (sizes.embedDim, sizes.classCount)
  let middle = Int(Double(d) * sizes.mlpRatio)
  let patches = (sizes.imageSize / sizes.patchSize) * (sizes.imageSize / sizes.patchSize)
  let projection = d * sizes.channels * sizes.patchSize * sizes.patchSize + d
  let layer = (4 * d * d + 4 * d) + (2 * d * middle + middle + d) + 2 * 2 * d  // attention, feed-forward, norms
  return projection + d + (patches + 1) * d  // [CLS] and positions
    + sizes.depth * layer + 2 * d + d * classes + classes
}

/// How many multiplications its matrix products take for one image.
func multiplicationCount(of sizes: VisionTransformer.Configuration) -> Int {
  let d = sizes.embedDim
  let middle = Int(Double(d) * sizes.mlpRatio)
  let patches = (sizes.imageSize / sizes.patchSize) * (sizes.imageSize / sizes.patchSize)
  let tokens = patches + 1
  let projection = patches * sizes.patchSize * sizes.patchSize * sizes.channels * d
  // The heads share the width, so their number does not occur: H products of width D / H.
  let layer = tokens * (4 * d * d + 2 * d * middle) + 2 * tokens * tokens * d
  return projection + sizes.depth * layer + d * sizes.classCount
}
