import ArgumentParser
import Datasets
import Layers
import Models
import Notebook
import Tensors

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @Option var set: [String] = []
}
let lesson = Lesson(5, "CLIP", options: Options.self)
var e = Experiment()
for s in lesson.options.set {
  let p = s.split(separator: "=").map(String.init)
  switch p[0] {
  case "steps": e.steps = Int(p[1])!
  case "lr": e.learningRate = Double(p[1])!
  case "batch": e.batchSize = Int(p[1])!
  case "dim": e.embedDim = Int(p[1])!
  case "depth": e.depth = Int(p[1])!
  case "patch": e.patch = Int(p[1])!
  case "pos": e.hasImagePositions = p[1] == "1"
  case "ind": e.independent = p[1] == "1"
  case "sig": e.usesSigmoidLoss = p[1] == "1"
  case "world": e.world = p[1] == "4" ? .fourByFour : .sixBySix
  case "temp": e.temperature = Double(p[1])!
  case "fixed": e.isTemperatureFixed = p[1] == "1"
  case "ff": e.ff = Int(p[1])!
  case "pre": e.pre = p[1] == "1"
  case "wd": e.wd = Double(p[1])!
  case "b2": e.b2 = Double(p[1])!
  case "dup": e.allowsDuplicates = p[1] == "1"
  case "detail": e.detail = SceneDetail(rawValue: Int(p[1])!)!
  default: fatalError(p[0])
  }
}
let galleries = SceneSplit.allCases.map { SceneGallery(Scenes(world: e.world, split: $0, objectCounts: 1...1, seed: 1), count: 1000, detail: e.detail) }
show("sizes", galleries.map { $0.scenes.count })
manualSeed(lesson.seed)
let vocabulary = WordVocabulary.scenes
let model = SimpleCLIP(.init(embedDim: e.embedDim, vocabularySize: vocabulary.count, maxSequenceLength: 8, imageSize: 32, patchSize: e.patch, headCount: 4, depth: e.depth, feedForwardDim: e.ff * e.embedDim, dropout: 0, hasImagePositions: e.hasImagePositions, paddingIndex: e.masks ? 0 : nil, normFirst: e.pre, hasIndependentLayers: e.independent, temperature: e.usesSigmoidLoss ? 0.1 : e.temperature, initialBias: e.usesSigmoidLoss ? -10 : nil))
model.logitScale.isFrozen = e.isTemperatureFixed
let opt = AdamW(model.parameters(), learningRate: e.learningRate, betas: (0.9, e.b2), weightDecay: e.wd)
let schedule = WarmupCosine(peak: e.learningRate, warmupSteps: e.steps / 10, totalSteps: e.steps)
let train = Scenes(world: e.world, split: .training, objectCounts: 1...1, seed: lesson.seed)
var next = 0
let clock = ContinuousClock()
let start = clock.now
var losses: [Float] = []
var dataTime = Duration.zero
for step in 0..<e.steps {
  let t0 = clock.now
  var scenes: [Scene] = [], captions: [String] = [], seen = Set<String>()
  while scenes.count < e.batchSize {
    let s = train[next]; next += 1
    let c = s.caption(e.detail).text
    if seen.insert(c).inserted || e.allowsDuplicates { scenes.append(s); captions.append(c) }
  }
  let images = Scene.tensor(scenes), ids = vocabulary.encode(captions)
  dataTime += clock.now - t0
  opt.learningRate = schedule.learningRate(at: step)
  opt.zeroGrad()
  let logits = model(images, ids)
  let loss = e.usesSigmoidLoss ? sigmoidLoss(logits) : clipLoss(logits)
  loss.backward()
  opt.step()
  model.clampLogitScale()
  losses.append(loss.item)
  if step % max(1, e.steps / 8) == 0 { show("loss \(step)", loss.item, decimals: 4) }
}
hint("\(clock.now - start) data \(dataTime)")
show("final", losses.suffix(20).reduce(0, +) / 20, decimals: 4)
show("scale", noGrad { model.logitScale.exp().item }, decimals: 2)
let scenes = galleries.flatMap { $0.scenes }, captions = galleries.flatMap { $0.captions }
let (im, tx) = noGrad { (model.encodeImage(Scene.tensor(scenes)), model.encodeText(vocabulary.encode(captions))) }
let sim = noGrad { im.matmul(tx.T) }
var at = 0
for (g, name) in zip(galleries, SceneSplit.allCases) {
  let r = at..<at + g.scenes.count; at += g.scenes.count
  for (s, way) in [(sim, "image→text"), (sim.T, "text→image")] {
    let own = RetrievalScores(s.slice(r, dim: 0).slice(r, dim: 1))
    let full = RetrievalScores(s.slice(r, dim: 0), right: r.map { [$0] })
    show("\(name) \(way)", [own.recall(at: 1), own.recall(at: 5), full.recall(at: 1), full.recall(at: 5), full.recall(at: 10), full.medianRank].map { Float($0) }, decimals: 3)
  }
}
