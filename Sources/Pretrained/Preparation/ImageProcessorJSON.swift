import Images
import Support

extension ImageProcessorConfiguration {
  /// Reads `preprocessor_config.json`, or the part `image_processor` of `processor_config.json` where a checkpoint
  /// has that, as transformers does.
  ///
  /// - Throws: `DataError` naming the file, the key and the reason.
  public init(directory: String) throws(DataError) {
    let nested = FileSystem.join(directory, "processor_config.json")
    var settings = JSONNode(.null, file: nested)
    if FileSystem.exists(nested) { settings = try Self.settings(JSON(contentsOf: nested, options: .small), nested) }
    settings = settings["image_processor"]
    if settings.isNull {
      let plain = FileSystem.join(directory, "preprocessor_config.json")
      settings = try Self.settings(JSON(contentsOf: plain, options: .small), plain)
    }
    try self.init(settings, fallback: Self.fallback(for: settings, in: directory))
  }

  /// Reads the text of a `preprocessor_config.json`. Keys that are missing have transformers' defaults; a null
  /// switches off, as there.
  ///
  /// - Parameters:
  ///   - json: the text as UTF-8.
  ///   - fallback: the kind where the text names none.
  ///   - file: the name that errors speak of.
  /// - Throws: `DataError` naming the file, the key and the reason.
  public init(json: [UInt8], fallback: ImageProcessorKind? = nil, file: String = "preprocessor_config.json")
    throws(DataError)
  {
    try self.init(Self.settings(JSON(parsing: json, file: file, options: .small), file), fallback: fallback)
  }

  /// A value as the node of a file, which must be an object.
  private static func settings(_ value: JSON, _ file: String) throws(DataError) -> JSONNode {
    let node = JSONNode(value, file: file)
    _ = try node.members()
    return node
  }

  private init(_ fields: JSONNode, fallback: ImageProcessorKind?) throws(DataError) {
    _ = try fields.members()
    let stated = try fields.text("image_processor_type")
    let older = try fields.text("feature_extractor_type")
    let name = stated ?? older
    guard let kind = name.map(ImageProcessorKind.init(className:)) ?? fallback else {
      let known = ImageProcessorKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields["image_processor_type"].error("\(name ?? "missing"), but known are \(known)")
    }
    self.init(kind)
    if let value = try fields.flag("do_convert_rgb") { convertsToRGB = value }
    // BEiT's class never pads.
    if let value = try fields.flag("do_pad") { pads = value && kind != .beit }
    if let value = try fields.integer("resample") {
      guard let filter = ResamplingFilter(rawValue: value) else {
        throw fields["resample"].error(
          "\(value), but known are 0 (nearest), 1 (lanczos), 2 (bilinear) and 3 (bicubic)")
      }
      self.filter = filter
    }
    let isSquare = try fields.flag("default_to_square") ?? kind.isSquareByDefault
    if let value = try fields["size"].size(squareByDefault: isSquare) { size = value }
    // KOSMOS-2's way to ask for a square, whatever `size` says.
    if try fields.flag("use_square_size") == true, kind == .clip { size = .exact(height: 224, width: 224) }
    if try fields.flag("do_resize") == false {
      size = nil
    } else if let key = ["size", "resample"].first(where: fields.isSetToNull) {
      throw fields[key].error("null, but images are to be resized")
    }
    cropSize = try fields["crop_size"].cropSize() ?? kind.cropSize
    if try !(fields.flag("do_center_crop") ?? kind.cropsByDefault) {
      cropSize = nil
    } else if cropSize == nil || fields.isSetToNull("crop_size") {
      throw fields["crop_size"].error("missing, but do_center_crop is true")
    }
    // ViLT's class pads to the largest of a batch only.
    if pads, kind != .vilt { padSize = try fields["pad_size"].cropSize() }
    if let value = try fields.number("rescale_factor") { rescaleFactor = value }
    if try fields.flag("do_rescale") == false {
      rescaleFactor = nil
    } else if fields.isSetToNull("rescale_factor") {
      throw fields["rescale_factor"].error("null, but images are to be rescaled")
    }
    if let factor = rescaleFactor, factor == 0 || !factor.isFinite {
      throw fields["rescale_factor"].error("\(factor)")
    }

    let defaults = Self(kind).normalization ?? .standard
    let (mean, deviation) = (try fields.three("image_mean"), try fields.three("image_std"))
    if try fields.flag("do_normalize") == false {
      normalization = nil
    } else {
      if let key = ["image_mean", "image_std"].first(where: fields.isSetToNull) {
        throw fields[key].error("null, but images are to be normalized")
      }
      if deviation?.contains(where: { Float($0) == 0 }) == true {
        throw fields["image_std"].error("not three numbers other than zero")
      }
      normalization = Normalization(mean: mean ?? defaults.mean, deviation: deviation ?? defaults.deviation)
    }
    if fields.isSetToNull("size_divisor") { sizeDivisor = 1 }
    if let value = try fields.integer("size_divisor") {
      guard (1...JSONNode.longestSide).contains(value) else { throw fields["size_divisor"].error("\(value)") }
      sizeDivisor = value
    }
    if kind == .vilt {
      if case .exact = size { throw fields["size"].error("ViLT's processor needs shortest_edge") }
      // Its class in transformers never crops.
      cropSize = nil
    }
  }

  /// The text of a `preprocessor_config.json` that transformers reads, keys in alphabetical order.
  public func json() -> String {
    func number(_ value: Double) -> JSON { Int(exactly: value).map(JSON.integer) ?? .number(value) }
    func extent(_ size: CropSize) -> JSON { ["height": .integer(size.height), "width": .integer(size.width)] }
    var members: [(key: String, value: JSON)] = [
      ("do_center_crop", .bool(cropSize != nil)), ("do_convert_rgb", .bool(convertsToRGB)),
      ("do_normalize", .bool(normalization != nil)), ("do_pad", .bool(pads)),
      ("do_rescale", .bool(rescaleFactor != nil)), ("do_resize", .bool(size != nil)),
      ("image_processor_type", .string(kind.rawValue)), ("resample", .integer(filter.rawValue)),
    ]
    if let cropSize { members.append(("crop_size", extent(cropSize))) }
    if let padSize { members.append(("pad_size", extent(padSize))) }
    if let normalization {
      members.append(("image_mean", .array(normalization.mean.map(number))))
      members.append(("image_std", .array(normalization.deviation.map(number))))
    }
    if let rescaleFactor { members.append(("rescale_factor", number(rescaleFactor))) }
    switch size {
    case .exact(let height, let width): members.append(("size", extent(CropSize(height: height, width: width))))
    case .shortestEdge(let edge, nil): members.append(("size", ["shortest_edge": .integer(edge)]))
    case .shortestEdge(let edge, let longest?):
      members.append(("size", ["longest_edge": .integer(longest), "shortest_edge": .integer(edge)]))
    case nil: break
    }
    if kind == .vilt { members.append(("size_divisor", .integer(sizeDivisor))) }
    let lines = members.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value.text(.line))" }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }

  /// The kind by `config.json`, where the processor's own file names none.
  ///
  /// - Throws: `DataError` where that file is needed and damaged: a guess would prepare pictures for another model.
  private static func fallback(for fields: JSONNode, in directory: String) throws(DataError) -> ImageProcessorKind? {
    let path = FileSystem.join(directory, "config.json")
    guard fields["image_processor_type"].isNull, fields["feature_extractor_type"].isNull, FileSystem.exists(path) else {
      return nil
    }
    let model = try settings(JSON(contentsOf: path), path)
    let (processor, type) = (try model.text("image_processor_type"), try model.text("model_type"))
    return processor.flatMap(ImageProcessorKind.init(className:)) ?? type.flatMap(ImageProcessorKind.init(modelType:))
  }
}

extension JSON.Options {
  /// As ``settings``, of at most 1 MiB: a thousand times what a processor's settings need.
  fileprivate static let small = {
    var options = settings
    options.byteLimit = 1 << 20
    return options
  }()
}
