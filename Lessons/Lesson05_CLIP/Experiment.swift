import Datasets
import Layers
import Models
import Tensors

/// One training run: what the sections of this lesson change.
struct Experiment {
  var world = SceneWorld.sixBySix
  var hasImagePositions = true
  var temperature = 0.07
  var isTemperatureFixed = false
  var usesSigmoidLoss = false
  var detail = SceneDetail.full
  var batchSize = 64
  var steps = 400
  var learningRate = 2e-3
  var allowsDuplicates = false
  var seed = 0
  var embedDim = 64
  var depth = 2
  var independent = true
  var patch = 8
  var masks = true
  var ff = 4
  var pre = false
  var wd = 0.01
  var b2 = 0.999
}
