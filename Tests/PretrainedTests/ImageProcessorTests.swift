import Foundation
import Images
import Support
import Tensors
import TestSupport
import Testing

@testable import Pretrained

// MARK: Against transformers on files, with every number

/// Reads the little that the fixtures' safetensors need: an eight-byte length, a JSON header, the numbers.
private struct Safetensors {
  struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  let entries: [String: Entry]
  let data: [UInt8]

  init(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
    let tensors = header.filter { $0.key != "__metadata__" }
    entries = try JSONDecoder().decode(
      [String: Entry].self, from: JSONSerialization.data(withJSONObject: tensors))
    data = Array(bytes[(8 + length)...])
  }

  func bytes(_ name: String) throws -> (shape: [Int], bytes: [UInt8]) {
    let entry = try #require(entries[name])
    return (entry.shape, Array(data[entry.offsets[0]..<entry.offsets[1]]))
  }
}

private func littleEndian(_ tensor: Tensor) -> [UInt8] {
  tensor.scalars.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
}

/// The configurations with which the fixtures' small outputs were made.
private let small: [String: String] = [
  "clip": """
  {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 24},
   "crop_size": {"height": 24, "width": 24}}
  """,
  "vit": #"{"image_processor_type": "ViTImageProcessor", "size": {"height": 24, "width": 24}}"#,
  "vilt": #"{"image_processor_type": "ViltImageProcessor", "size": {"shortest_edge": 24}, "size_divisor": 8}"#,
  "blip": #"{"image_processor_type": "BlipImageProcessor", "size": {"height": 20, "width": 28}}"#,
]

@Test(arguments: ["grad_50x37", "grad_300x200"])
func processorsGiveTransformersNumbers(name: String) throws {
  let image = try Image(contentsOf: fixture("processors/\(name).png"))
  let reference = try Safetensors("processors/\(name).safetensors")
  let expected = try #require(
    JSONSerialization.jsonObject(with: Data(fixtureBytes("processors/expected.json"))) as? [String: [String: Any]])
  var checked = 0
  for (kind, json) in small {
    let configuration = try ImageProcessorConfiguration(json: Array(json.utf8))
    let stated = try #require((expected["\(name).png"]?["small"] as? [String: [String: Any]])?[kind])
    let ours = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    for (key, value) in stated { #expect(NSDictionary(dictionary: [key: value]).isEqual(to: [key: ours[key] ?? 0])) }
    for (suffix, backend) in [("tv", ResamplingBackend.torchvision), ("pil", .pillow)] {
      let processor = ImageProcessor(configuration, backend: backend)
      let wanted = try reference.bytes("\(kind).\(suffix)")
      let batch = try processor([image])
      #expect(batch.pixelValues.shape == [1] + wanted.shape, "\(kind) \(backend)")
      #expect(littleEndian(batch.pixelValues) == wanted.bytes, "\(kind) \(backend)")
      let resized = try reference.bytes("\(kind).\(suffix).resized_u8")
      let prepared = try processor.prepared(image)
      #expect(planes(prepared) == resized.bytes, "\(kind) \(backend) in bytes")
      checked += 2
    }
  }
  for key in reference.entries.keys where key.hasPrefix("PIL.") {
    let parts = key.split(separator: ".")
    let size = parts[2].split(separator: "x").compactMap { Int($0) }
    let resized = image.resized(
      width: size[0], height: size[1], filter: parts[1] == "bicubic" ? .bicubic : .bilinear, backend: .pillow)
    #expect(try resized.pixels == reference.bytes(key).bytes, "\(key)")
    checked += 1
  }
  #expect(checked == reference.entries.count)
}

private func planes(_ image: Image) -> [UInt8] {
  (0..<image.channels).flatMap { channel in
    stride(from: channel, to: image.pixels.count, by: image.channels).map { image.pixels[$0] }
  }
}

/// The summaries of outputs at default sizes.
private struct Summary: Decodable {
  let shape: [Int]
  let first, last, mid: [Double]
  let sum, l2, min, max: Double

  func check(_ tensor: Tensor, _ name: String) {
    let scalars = tensor.scalars
    #expect(tensor.shape == [1] + shape, "\(name)")
    func near(_ values: some Sequence<Float>, _ wanted: [Double]) -> Bool {
      zip(values, wanted).allSatisfy { abs(Double($0) - $1) <= 1e-8 * Swift.max(1, abs($1)) }
    }
    #expect(near(scalars.prefix(first.count), first), "\(name)")
    #expect(near(scalars.suffix(last.count), last), "\(name)")
    let total = scalars.reduce(0) { $0 + Double($1) }
    let square = scalars.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(total - sum) <= 1e-6 * Swift.max(abs(sum), square.squareRoot()), "\(name)")
    #expect(abs(square.squareRoot() - l2) <= 1e-7 * l2, "\(name)")
    #expect(near([scalars.min() ?? 0, scalars.max() ?? 0], [min, max]), "\(name)")
  }
}

@Test func defaultSizesGiveTransformersSummaries() throws {
  let expected = try #require(
    JSONSerialization.jsonObject(with: Data(fixtureBytes("processors/expected.json"))) as? [String: [String: Any]])
  let kinds: [(String, ImageProcessorKind)] = [("clip", .clip), ("vit", .vit), ("vilt", .vilt), ("blip", .blip)]
  var checked = 0
  for (name, entries) in expected {
    let file = try ImageFile(contentsOf: fixture("processors/\(name)"))
    for (key, kind) in kinds {
      guard let entry = entries[key] as? [String: Any] else {
        // transformers refuses what is not stored as RGB.
        #expect((entries[key] as? String)?.hasPrefix("ERROR") == true)
        let error = #expect(throws: DataError.self) { try ImageProcessor(ImageProcessorConfiguration(kind))([file]) }
        #expect(error?.kind == .unsupported && error?.file == file.path)
        checked += 1
        continue
      }
      let parts: [(String?, ResamplingBackend)] =
        entry["shape"] == nil
        ? [("torchvision_default", .torchvision), ("pil_backend", .pillow)] : [(nil, .torchvision)]
      for (part, backend) in parts {
        let object = try part.map { try #require(entry[$0]) } ?? entry
        let summary = try JSONDecoder().decode(Summary.self, from: JSONSerialization.data(withJSONObject: object))
        let batch = try ImageProcessor(ImageProcessorConfiguration(kind), backend: backend)([file])
        summary.check(batch.pixelValues, "\(name) \(key) \(backend)")
        if let shape = entry["pixel_mask_shape"] as? [Int] {
          #expect(batch.pixelMask?.shape == shape)
          #expect(batch.pixelMask?.scalars.allSatisfy { $0 == 1 } == true)
        }
        checked += 1
      }
    }
  }
  #expect(checked == 28)
}

// MARK: Against transformers on many configurations

private struct ProcessorCase: Decodable {
  let json: String
  let pillow: Bool
  let images: [[Int]]
  let shape: [Int]?
  let values, mask, error, note: String?
}

@Test func anyConfigurationGivesTransformersNumbers() throws {
  let cases = try JSONDecoder().decode([ProcessorCase].self, from: Data(fixtureBytes("images/processors.json")))
  #expect(cases.count { $0.error == nil } > 360)
  for item in cases {
    let images = try item.images.map { try Image.congruential($0[0], $0[1], $0[2], seed: $0[3]) }
    func run() throws -> ImageProcessor.Batch {
      let configuration = try ImageProcessorConfiguration(json: Array(item.json.utf8))
      return try ImageProcessor(configuration, backend: item.pillow ? .pillow : .torchvision)(images)
    }
    if item.error != nil || item.note != nil {
      #expect(throws: DataError.self, "\(item.json): \(item.error ?? item.note ?? "")") { try run() }
      continue
    }
    let batch = try run()
    #expect(batch.pixelValues.shape == item.shape, "\(item.json)")
    #expect(fowlerNollVo(littleEndian(batch.pixelValues)) == item.values, "\(item.json) \(item.images)")
    #expect(batch.pixelMask.map { fowlerNollVo($0.scalars.map { UInt8($0) }) } == item.mask, "\(item.json)")
  }
}

// MARK: Configurations

@Test func checkpointsConfigurationsAreRead() throws {
  for (directory, kind, size) in [
    ("clip_eos2", .clip, .shortestEdge(32, longest: nil)), ("blip2_opt", .blip, .exact(height: 28, width: 28)),
    ("vilt_vqa", .vilt, .shortestEdge(64, longest: nil)), ("vit_gpt2", .vit, .exact(height: 32, width: 32)),
  ] as [(String, ImageProcessorKind, ImageProcessorConfiguration.Size)] {
    let configuration = try ImageProcessor(directory: fixture(directory)).configuration
    #expect(configuration.kind == kind && configuration.size == size)
    #expect(try ImageProcessorConfiguration(json: Array(configuration.json().utf8)) == configuration)
  }
}

@Test func numbersTooLargeForIntegersAreWrittenAsTheyAre() throws {
  let text = #"{"image_processor_type": "ViTImageProcessor", "image_std": [1e30, 2, 0.5]}"#
  let configuration = try ImageProcessorConfiguration(json: Array(text.utf8))
  #expect(configuration.json().contains(#""image_std": [1e+30, 2, 0.5]"#))
  #expect(try ImageProcessorConfiguration(json: Array(configuration.json().utf8)) == configuration)
}

@Test func olderSpellingsMeanTheSame() throws {
  let old = #"{"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224, "do_pad": null}"#
  #expect(try ImageProcessorConfiguration(json: Array(old.utf8)) == ImageProcessorConfiguration(.clip))
  let fast = #"{"image_processor_type": "ViTImageProcessorFast", "size": 224, "resample": 2}"#
  #expect(try ImageProcessorConfiguration(json: Array(fast.utf8)) == ImageProcessorConfiguration(.vit))
  #expect(
    try ImageProcessorConfiguration(json: Array("{}".utf8), fallback: .blip) == ImageProcessorConfiguration(.blip))
}

/// The defaults of each class of transformers 5.24, and every name that it takes for them.
@Test func eachKindHasItsOwnDefaultsUnderAllOfItsNames() throws {
  for (kind, size, crop, filter) in [
    (.clip, .shortestEdge(224, longest: nil), 224, .bicubic), (.vit, .exact(height: 224, width: 224), nil, .bilinear),
    (.deit, .exact(height: 256, width: 256), 224, .bicubic), (.beit, .exact(height: 224, width: 224), nil, .bicubic),
    (.vilt, .shortestEdge(384, longest: nil), nil, .bicubic), (.blip, .exact(height: 384, width: 384), nil, .bicubic),
  ] as [(ImageProcessorKind, ImageProcessorConfiguration.Size, Int?, ResamplingFilter)] {
    let configuration = ImageProcessorConfiguration(kind)
    #expect(configuration.size == size && configuration.filter == filter)
    #expect(configuration.cropSize == crop.map { ImageProcessorConfiguration.CropSize(height: $0, width: $0) })
    #expect(configuration.convertsToRGB == (kind == .clip || kind == .blip))
    let name = kind.rawValue.replacing("ImageProcessor", with: "")
    for ending in ["ImageProcessor", "ImageProcessorFast", "ImageProcessorPil", "FeatureExtractor"] {
      for key in ["image_processor_type", "feature_extractor_type"] {
        let json = #"{"\#(key)": "\#(name)\#(ending)"}"#
        #expect(try ImageProcessorConfiguration(json: Array(json.utf8)) == configuration, "\(json)")
      }
    }
  }
  // BEiT knows what to cut out, but does so only when asked.
  let asked = #"{"image_processor_type": "BeitImageProcessor", "do_center_crop": true}"#
  #expect(
    try ImageProcessorConfiguration(json: Array(asked.utf8)).cropSize
      == ImageProcessorConfiguration.CropSize(height: 224, width: 224))
}

@Test func aSizeOfOneNumberIsASquareWhereAFileSaysSo() throws {
  for (json, size) in [
    (#""CLIPImageProcessor", "size": 9, "default_to_square": true"#, .exact(height: 9, width: 9)),
    (#""ViTImageProcessor", "size": 9, "default_to_square": false"#, .shortestEdge(9, longest: nil)),
    (#""ViTImageProcessor", "size": 9, "default_to_square": null"#, .shortestEdge(9, longest: nil)),
    (#""ViTImageProcessor", "size": 9"#, .exact(height: 9, width: 9)),
    (#""CLIPImageProcessor", "size": 9, "use_square_size": true"#, .exact(height: 224, width: 224)),
    (#""CLIPImageProcessor", "size": 9, "use_square_size": false"#, .shortestEdge(9, longest: nil)),
  ] as [(String, ImageProcessorConfiguration.Size)] {
    let text = #"{"image_processor_type": \#(json)}"#
    #expect(try ImageProcessorConfiguration(json: Array(text.utf8)).size == size, "\(text)")
  }
}

@Test func picturesThatAreLargerThanWhatTheyArePaddedToAreRefused() throws {
  let text = #"{"image_processor_type": "ViTImageProcessor", "size": 9, "do_pad": true, "pad_size": 8}"#
  let processor = ImageProcessor(try ImageProcessorConfiguration(json: Array(text.utf8)))
  let error = #expect(throws: DataError.self) { try processor([Image(width: 3, height: 3)]) }
  #expect(error?.description == "pad_size is 8×8, and an image would have to shrink to it from 9×9")
}

@Test func aDamagedModelFileIsNamedWhereTheKindDependsOnIt() throws {
  try withTemporaryDirectory { directory in
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }
    try write("preprocessor_config.json", #"{"size": 64}"#)
    for (text, message) in [
      ("{", "the text ends too early"), ("[]", "an object is expected, an array was found"),
      (#"{"model_type": 3}"#, "a text is expected, the number 3 was found"),
    ] {
      try write("config.json", text)
      let error = #expect(throws: DataError.self) { try ImageProcessorConfiguration(directory: directory) }
      #expect(error?.file == "\(directory)/config.json" && error?.reason.hasPrefix(message) == true, "\(text)")
    }
    try write("config.json", #"{"model_type": "vilt", "image_processor_type": "DeiTImageProcessor"}"#)
    #expect(try ImageProcessorConfiguration(directory: directory).kind == .deit)
    // Where the processor's own file says which it is, the model's is not read.
    try write("config.json", "{")
    try write("preprocessor_config.json", #"{"image_processor_type": "BeitImageProcessor"}"#)
    #expect(try ImageProcessorConfiguration(directory: directory) == ImageProcessorConfiguration(.beit))
  }
}

@Test func aConfigurationIsFoundAsTransformersFindsIt() throws {
  try withTemporaryDirectory { directory in
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }
    let missing = #expect(throws: DataError.self) { try ImageProcessorConfiguration(directory: directory) }
    #expect(missing?.description == "\(directory)/preprocessor_config.json: no such file")
    try write("config.json", #"{"model_type": "vilt"}"#)
    try write("preprocessor_config.json", #"{"size": 64}"#)
    #expect(try ImageProcessorConfiguration(directory: directory).size == .shortestEdge(64, longest: nil))
    try write("processor_config.json", #"{"processor_class": "X"}"#)
    #expect(try ImageProcessorConfiguration(directory: directory).kind == .vilt)
    try write("processor_config.json", #"{"image_processor": {"image_processor_type": "BlipImageProcessor"}}"#)
    #expect(try ImageProcessorConfiguration(directory: directory) == ImageProcessorConfiguration(.blip))
  }
}

@Test func aWrongConfigurationIsSaidToBeWrong() {
  for (json, message) in [
    ("", "f: line 1, column 1: the text ends too early"),
    ("[1]", "f: an object is expected, an array was found"),
    ("{}", "f: image_processor_type: missing, but known are CLIP"),
    (#"{"image_processor_type": "SamImageProcessor"}"#, "SamImageProcessor, but known are"),
    (#"{"size": 0}"#, "f: size: 0 is not a side from 1 to 16384"),
    (#"{"size": -3}"#, "-3 is not a side"),
    (#"{"size": 1e300}"#, "f: size"),
    (#"{"size": {"height": 3}}"#, "known are height and width"),
    (#"{"size": [1, 2, 3]}"#, "a list must be [height, width]"),
    (#"{"size": "large"}"#, "f: size: a number, a list or an object is expected, the text \"large\" was found"),
    (#"{"crop_size": {"shortest_edge": 3}}"#, "f: crop_size: height and width are needed"),
    (#"{"resample": 4}"#, "f: resample: 4, but known are 0 (nearest), 1 (lanczos), 2 (bilinear) and 3"),
    (#"{"size": [16384, 16384]}"#, "f: size: 16384×16384 has more than 178956970 pixels"),
    (#"{"crop_size": {"height": 12000, "width": 16000}}"#, "f: crop_size: 16000×12000 has more than"),
    (#"{"crop_size": 16384}"#, "f: crop_size: 16384×16384 has more than"),
    (#"{"image_mean": [1, 2]}"#, "f: image_mean: not three numbers"),
    (#"{"image_std": [1, 0, 1]}"#, "f: image_std: not three numbers other than zero"),
    (#"{"do_resize": 7}"#, "f: do_resize"),
    (#"{"size": null}"#, "f: size: null, but images are to be resized"),
    (#"{"crop_size": null}"#, "f: crop_size: missing, but do_center_crop is true"),
    (#"{"image_std": null}"#, "f: image_std: null, but images are to be normalized"),
    (#"{"rescale_factor": 0}"#, "f: rescale_factor: 0.0"),
  ] {
    let typed = json.replacing("{\"", with: "{\"image_processor_type\": \"CLIPImageProcessor\", \"", maxReplacements: 1)
    let text = json.contains("image_processor_type") ? json : typed
    let error = #expect(throws: DataError.self) { try ImageProcessorConfiguration(json: Array(text.utf8), file: "f") }
    #expect(error?.kind == .malformed)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "") for \(json)")
  }
}

@Test func settingsAreSmallFiles() throws {
  try withTemporaryDirectory { directory in
    let path = "\(directory)/preprocessor_config.json"
    let settings = #"{"image_processor_type": "CLIPImageProcessor"}"#
    for (length, isRead) in [(1 << 20, true), (1 << 20 + 1, false)] {
      let text = settings + String(repeating: " ", count: length - settings.utf8.count)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      if isRead {
        #expect(try ImageProcessorConfiguration(directory: directory) == ImageProcessorConfiguration(.clip))
      } else {
        let error = #expect(throws: DataError.self) { try ImageProcessorConfiguration(directory: directory) }
        #expect(error?.description == "\(path): is larger than 1048576 bytes")
      }
    }
    // Nobody writes into this pipe, so reading would wait for ever.
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: DataError.self) { try ImageProcessorConfiguration(directory: directory) }
    #expect(error?.description == "\(path): is not a regular file")
    // A file that is there counts, also where it is damaged.
    try Data("{".utf8).write(to: URL(fileURLWithPath: "\(directory)/processor_config.json"))
    let damaged = #expect(throws: DataError.self) { try ImageProcessorConfiguration(directory: directory) }
    #expect(damaged?.description == "\(directory)/processor_config.json: line 1, column 2: the text ends too early")
  }
}

@Test(arguments: ImageProcessorKind.allCases) func theSizeOfTheResultIsKnownBefore(kind: ImageProcessorKind) throws {
  var whole = ImageProcessorConfiguration(kind)
  whole.size = nil
  whole.cropSize = nil
  var limited = ImageProcessorConfiguration(kind)
  limited.size = .shortestEdge(40, longest: 70)
  for configuration in [ImageProcessorConfiguration(kind), whole, limited] {
    for (width, height) in [(50, 37), (37, 50), (300, 451), (33, 33), (64, 100)] {
      let size = try configuration.outputSize(height: height, width: width)
      let pixels = try ImageProcessor(configuration)([Image(width: width, height: height)]).pixelValues
      #expect(pixels.shape == [1, 3, size.height, size.width], "\(width)×\(height)")
    }
  }
}

@Test func imagesThatDoNotFitAreRefused() throws {
  let thin = Image(width: 2_000, height: 1)
  var configuration = ImageProcessorConfiguration(.vilt)
  #expect(throws: DataError.self) { try ImageProcessor(configuration)([thin]) }
  configuration = ImageProcessorConfiguration(.clip)
  configuration.size = .shortestEdge(16_384, longest: nil)
  #expect(throws: DataError.self) { try ImageProcessor(configuration)([thin]) }
}

// MARK: Pictures that are not stored as RGB

/// What transformers 5.24 makes of a palette's indices and of four inks; `make_stored.py` writes it.
private struct StoredCase: Decodable {
  let file, json: String
  let shape: [Int]?
  let values: String?
}

@Test func whatNeitherConvertsNorNormalizesTakesSamplesAsTheyAreStored() throws {
  let cases = try JSONDecoder().decode([StoredCase].self, from: Data(fixtureBytes("images/stored.json")))
  #expect(cases.count > 40)
  for item in cases where Image.readsJPEG || !item.file.hasSuffix(".jpg") {
    let file = try ImageFile(contentsOf: fixture("images/\(item.file)"))
    let processor = ImageProcessor(try ImageProcessorConfiguration(json: Array(item.json.utf8)))
    guard let shape = item.shape else {
      let error = #expect(throws: DataError.self, "\(item.file) \(item.json)") { try processor([file]) }
      #expect(error?.kind == .unsupported && error?.file == file.path)
      continue
    }
    let batch = try processor([file])
    #expect(batch.pixelValues.shape == shape, "\(item.file) \(item.json)")
    #expect(fowlerNollVo(littleEndian(batch.pixelValues)) == item.values, "\(item.file) \(item.json)")
  }
}

@Test func aRefusalSaysHowThePictureIsStored() throws {
  for (name, words) in [
    ("palette4.png", "indices into a palette"), ("photo-cmyk.jpg", "CMYK"), ("grey16.png", "gray of 16 bits"),
    ("grey1.png", "black and white of one bit"), ("greyalpha8.png", "gray with alpha"), ("rgba8.png", "RGBA"),
  ] where Image.readsJPEG || name.hasSuffix(".png") {
    let file = try ImageFile(contentsOf: fixture("images/\(name)"))
    let error = #expect(throws: DataError.self) { try ImageProcessor(ImageProcessorConfiguration(.vit))([file]) }
    #expect(error?.reason == "ViTImageProcessor takes RGB images only, and this one is stored as \(words)")
  }
}

@Test func filesOfDifferentChannelsDoNotMakeOneBatch() throws {
  let text = #"{"image_processor_type": "ViTImageProcessor", "size": 4, "do_normalize": false}"#
  let processor = ImageProcessor(try ImageProcessorConfiguration(json: Array(text.utf8)))
  let images = [PixelFormat.rgb, .gray].map { Image.noise(width: 5, height: 4, format: $0, seed: 1) }
  let error = #expect(throws: DataError.self) { try processor(images) }
  #expect(error?.description == "images of 3 channels and others do not make one batch")
}

// MARK: Alpha

/// All colors at all opacities on white, against a hash of Pillow's `alpha_composite`.
@Test func transparencyIsLaidOnWhiteAsPillowDoes() {
  let pixels = (0..<256).flatMap { color in
    (0..<256).flatMap { alpha in [color, color, color, alpha].map { UInt8($0) } }
  }
  let image = Image(width: 256, height: 256, format: .rgba, pixels: pixels)
  let flattened = image.flattened(onto: .white)
  let red = Swift.stride(from: 0, to: 3 * 65_536, by: 3).map { flattened.pixels[$0] }
  #expect(fowlerNollVo(red) == "b134228c6f37913f")
}

@Test func anEmptyBatchEndsWithOneLine() async throws {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    _ = try? ImageProcessor(ImageProcessorConfiguration(.clip))([Image]())
  }
  let line = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
  #expect(line.contains("ImageProcessor: ") && line.contains("at least one image"))
}
