// Uses each product once. What it prints is the same on every processor and for every instruction set.
import Checkpoints
import Datasets
import Hub
import Images
import Layers
import Models
import Pretrained
import Support
import Tensors
import Tokenizers

manualSeed(0)
let model = VisionTransformer(
  .init(imageSize: 32, patchSize: 8, channels: 3, classCount: 4, embedDim: 32, depth: 2, headCount: 2))
let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
let pictures = Tensor.randn([4, 3, 32, 32])
for step in 1...3 {
  optimizer.zeroGrad()
  let loss = crossEntropy(model(pictures), IntTensor([0, 1, 2, 3]))
  loss.backward()
  optimizer.step()
  print("Tensors, Layers, Models: loss \(step) has the bits \(String(loss.item.bitPattern, radix: 16))")
}

print("Pretrained: \(CLIPModel.architecture) as transformers names it")
print("Tokenizers:", try CLIPTokenizer.openAI().encode("a photo of a cat").ids)
print("Datasets, Images: the cat is", try Photos.cat.width, "pixels wide")
print("Hub:", try RepositoryName("openai/clip-vit-base-patch32@main"), "is a name on the hub")

let path = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "dependant.safetensors"
try SafetensorsWriter.write(
  model.namedParameters().map { TensorToWrite(name: $0.name, $0.parameter.scalars, shape: $0.parameter.shape) },
  to: path)
print("Support:", try SHA256.hexadecimal(ofFile: path).count, "digits of a checksum,", JSON.object(.init()).text())
print("Checkpoints:", try Checkpoint(path: path).names.count, "tensors written and read")
