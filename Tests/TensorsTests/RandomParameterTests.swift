import Tensors
import Testing

/// The draws of PyTorch's layers, in the order of their constructors.
extension Generator {
  /// A linear layer; also a convolution, whose fan-in is channels × kernel height × kernel width.
  func linear(_ fanIn: Int, _ fanOut: Int) -> (weight: [Float], bias: [Float]) {
    let weight = uniform(fanOut * fanIn, within: Initializers.kaimingUniformBound(fanIn: fanIn))
    return (weight, uniform(fanOut, within: Initializers.biasBound(fanIn: fanIn)))
  }

  /// The parameters of a transformer encoder layer that are not constant.
  func encoderLayer(_ width: Int, _ feedForward: Int) -> [String: [Float]] {
    var parameters: [String: [Float]] = [:]
    // The projection's bias is drawn, and set to zero later.
    parameters["self_attn.out_proj.weight"] = linear(width, width).weight
    parameters["self_attn.in_proj_weight"] = uniform(
      3 * width * width, within: Initializers.xavierUniformBound(fanIn: width, fanOut: 3 * width))
    (parameters["linear1.weight"], parameters["linear1.bias"]) = linear(width, feedForward)
    (parameters["linear2.weight"], parameters["linear2.bias"]) = linear(feedForward, width)
    return parameters
  }
}

/// The notebook's two models at seed 0: every drawn parameter has PyTorch's bits.
@Suite struct RandomParameterTests {
  struct Reference: Decodable {
    struct Parameter: Decodable {
      let shape: [Int]
      let crc32: String
    }
    let visionTransformer: [String: Parameter]
    let simpleCLIP: [String: Parameter]

    enum CodingKeys: String, CodingKey {
      case visionTransformer = "VisionTransformer(n_classes=10)"
      case simpleCLIP = "SimpleCLIP()"
    }
  }

  let reference: Reference

  init() throws {
    reference = try randomFixture("random/notebook_parameter_crc32.json", as: Reference.self)
  }

  @Test func visionTransformerHasTheBitsOfPyTorch() {
    let generator = Generator(seed: 0)
    var parameters: [String: [Float]] = [:]
    (parameters["patch_embed.proj.weight"], parameters["patch_embed.proj.bias"]) = generator.linear(3 * 16 * 16, 768)
    // PyTorch makes one layer and copies it, so the draws are those of one.
    parameters.add(generator.encoderLayer(768, 3072), under: "transformer.layers", count: 12)
    (parameters["head.weight"], parameters["head.bias"]) = generator.linear(768, 10)
    parameters["pos_embed"] = generator.normal(197 * 768, standardDeviation: 0.02)
    parameters["cls_token"] = generator.normal(768, standardDeviation: 0.02)
    expect(parameters, equal: reference.visionTransformer)
  }

  @Test func simpleCLIPHasTheBitsOfPyTorch() {
    let generator = Generator(seed: 0)
    var parameters: [String: [Float]] = [:]
    (parameters["image_encoder.0.proj.weight"], parameters["image_encoder.0.proj.bias"]) =
      generator.linear(3 * 16 * 16, 512)
    parameters.add(generator.encoderLayer(512, 2048), under: "image_encoder.1.layers", count: 6)
    (parameters["image_proj.weight"], parameters["image_proj.bias"]) = generator.linear(512, 512)
    parameters["token_embed.weight"] = generator.normal(10_000 * 512)
    parameters.add(generator.encoderLayer(512, 2048), under: "text_encoder.layers", count: 6)
    (parameters["text_proj.weight"], parameters["text_proj.bias"]) = generator.linear(512, 512)
    expect(parameters, equal: reference.simpleCLIP)
  }

  private func expect(_ parameters: [String: [Float]], equal reference: [String: Reference.Parameter]) {
    #expect(parameters.keys.allSatisfy { reference[$0] != nil })
    var digests: [[Float]: String] = [:]
    for (name, parameter) in reference where name != "logit_scale" {
      let count = parameter.shape.reduce(1, *)
      // What is not drawn starts as zeros or ones.
      let values = parameters[name] ?? Array(repeating: Self.constant(of: name), count: count)
      #expect(values.count == count, "\(name)")
      // The copies of a layer are digested once.
      let key = [Float(count)] + values.prefix(8)
      let digest = digests[key] ?? CRC32.of(values)
      digests[key] = digest
      #expect(digest == parameter.crc32, "\(name)")
    }
  }

  private static func constant(of name: String) -> Float {
    name.hasSuffix("norm.weight") || name.hasSuffix("norm1.weight") || name.hasSuffix("norm2.weight") ? 1 : 0
  }
}

extension [String: [Float]] {
  fileprivate mutating func add(_ layer: [String: [Float]], under prefix: String, count: Int) {
    for index in 0..<count {
      for (name, values) in layer { self["\(prefix).\(index).\(name)"] = values }
    }
  }
}
