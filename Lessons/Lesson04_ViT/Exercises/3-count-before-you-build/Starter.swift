import Models

/// How many parameters a Vision Transformer of these sizes has.
func parameterCount(of sizes: VisionTransformer.Configuration) -> Int {
  // The well-known 12 D² for each layer. What else is there?
  sizes.depth * 12 * sizes.embedDim * sizes.embedDim
}

/// How many multiplications its matrix products take for one image.
func multiplicationCount(of sizes: VisionTransformer.Configuration) -> Int {
  let patchesInRow = sizes.imageSize / sizes.patchSize
  return patchesInRow * patchesInRow * parameterCount(of: sizes)
}
