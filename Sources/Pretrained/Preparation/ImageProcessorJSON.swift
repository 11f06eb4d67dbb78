import Foundation
import Images
import Support

extension ImageProcessorConfiguration {
  /// Reads `preprocessor_config.json`, or the part `image_processor` of `processor_config.json` where a checkpoint
  /// has that, as transformers does.
  ///
  /// - Throws: `DataError` naming the file, the key and the reason.
  public init(directory: String) throws(DataError) {
    let nested = directory + "/processor_config.json"
    let plain = directory + "/preprocessor_config.json"
    if access(nested, F_OK) == 0 {
      let wrapper = try Self.decode(Wrapper.self, FileSystem.read(nested, limit: Self.settingsLimit), file: nested)
      if let fields = wrapper.image_processor {
        try self.init(fields, fallback: Self.fallback(for: fields, in: directory), file: nested)
        return
      }
    }
    let fields = try Self.decode(Fields.self, FileSystem.read(plain, limit: Self.settingsLimit), file: plain)
    try self.init(fields, fallback: Self.fallback(for: fields, in: directory), file: plain)
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
    try self.init(Self.decode(Fields.self, json, file: file), fallback: fallback, file: file)
  }

  /// The largest file with settings that is read: 1 MiB, a thousand times what they need.
  private static var settingsLimit: Int { 1 << 20 }

  private init(_ fields: Fields, fallback: ImageProcessorKind?, file: String) throws(DataError) {
    func wrong(_ key: String, _ reason: String) -> DataError {
      DataError(.malformed, file: file, place: "\"\(key)\"", reason: reason)
    }
    let known = ImageProcessorKind.allCases.map(\.rawValue).joined(separator: ", ")
    let name = fields.image_processor_type ?? fields.feature_extractor_type
    guard let kind = name.map(ImageProcessorKind.init(className:)) ?? fallback else {
      throw wrong("image_processor_type", "\(name ?? "missing"), but known are \(known)")
    }
    self.init(kind)
    if let value = fields.do_convert_rgb { convertsToRGB = value }
    // BEiT's class never pads.
    if let value = fields.do_pad { pads = value && kind != .beit }
    if let value = fields.resample {
      guard let filter = ResamplingFilter(rawValue: value) else {
        throw wrong("resample", "\(value), but known are 0 (nearest), 1 (lanczos), 2 (bilinear) and 3 (bicubic)")
      }
      self.filter = filter
    }
    if let value = fields.size {
      do { size = try value.size(squareByDefault: fields.default_to_square ?? kind.isSquareByDefault) } catch {
        throw wrong("size", error.reason)
      }
    }
    // KOSMOS-2's way to ask for a square, whatever `size` says.
    if fields.use_square_size == true && kind == .clip { size = .exact(height: 224, width: 224) }
    if fields.do_resize == false {
      size = nil
    } else if let key = [.size, .resample].first(where: fields.nulls.contains) {
      throw wrong(key.rawValue, "null, but images are to be resized")
    }
    cropSize = kind.cropSize
    if let value = fields.crop_size {
      do { cropSize = try value.cropSize() } catch { throw wrong("crop_size", error.reason) }
    }
    if !(fields.do_center_crop ?? kind.cropsByDefault) {
      cropSize = nil
    } else if cropSize == nil || fields.nulls.contains(.crop_size) {
      throw wrong("crop_size", "missing, but do_center_crop is true")
    }
    // ViLT's class pads to the largest of a batch only.
    if pads, kind != .vilt, let value = fields.pad_size {
      do { padSize = try value.cropSize() } catch { throw wrong("pad_size", error.reason) }
    }
    if let value = fields.rescale_factor { rescaleFactor = value }
    if fields.do_rescale == false {
      rescaleFactor = nil
    } else if fields.nulls.contains(.rescale_factor) {
      throw wrong("rescale_factor", "null, but images are to be rescaled")
    }
    if let factor = rescaleFactor, factor == 0 || !factor.isFinite { throw wrong("rescale_factor", "\(factor)") }

    let defaults = Self(kind).normalization ?? .standard
    let mean = fields.image_mean?.values ?? defaults.mean
    let deviation = fields.image_std?.values ?? defaults.deviation
    if fields.do_normalize == false {
      normalization = nil
    } else {
      if let key = [.image_mean, .image_std].first(where: fields.nulls.contains) {
        throw wrong(key.rawValue, "null, but images are to be normalized")
      }
      guard mean.count == 3, mean.allSatisfy(\.isFinite) else { throw wrong("image_mean", "not three numbers") }
      guard deviation.count == 3, deviation.allSatisfy({ $0.isFinite && Float($0) != 0 }) else {
        throw wrong("image_std", "not three numbers other than zero")
      }
      normalization = Normalization(mean: mean, deviation: deviation)
    }
    if let value = fields.size_divisor {
      guard (1...Fields.longestSide).contains(value) else { throw wrong("size_divisor", "\(value)") }
      sizeDivisor = value
    }
    if kind == .vilt {
      if case .exact = size { throw wrong("size", "ViLT's processor needs shortest_edge") }
      // Its class in transformers never crops.
      cropSize = nil
    }
  }

  /// The text of a `preprocessor_config.json` that transformers reads, keys in alphabetical order.
  public func json() -> String {
    func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
    func list(_ values: [Double]) -> String { "[\(values.map(number).joined(separator: ", "))]" }
    var entries: [(key: String, value: String)] = [
      ("do_center_crop", "\(cropSize != nil)"), ("do_convert_rgb", "\(convertsToRGB)"),
      ("do_normalize", "\(normalization != nil)"), ("do_pad", "\(pads)"), ("do_rescale", "\(rescaleFactor != nil)"),
      ("do_resize", "\(size != nil)"), ("image_processor_type", "\"\(kind.rawValue)\""),
      ("resample", "\(filter.rawValue)"),
    ]
    if let cropSize {
      entries.append(("crop_size", "{\"height\": \(cropSize.height), \"width\": \(cropSize.width)}"))
    }
    if let padSize { entries.append(("pad_size", "{\"height\": \(padSize.height), \"width\": \(padSize.width)}")) }
    if let normalization {
      entries += [("image_mean", list(normalization.mean)), ("image_std", list(normalization.deviation))]
    }
    if let rescaleFactor { entries.append(("rescale_factor", number(rescaleFactor))) }
    switch size {
    case .exact(let height, let width): entries.append(("size", "{\"height\": \(height), \"width\": \(width)}"))
    case .shortestEdge(let edge, nil): entries.append(("size", "{\"shortest_edge\": \(edge)}"))
    case .shortestEdge(let edge, let longest?):
      entries.append(("size", "{\"longest_edge\": \(longest), \"shortest_edge\": \(edge)}"))
    case nil: break
    }
    if kind == .vilt { entries.append(("size_divisor", "\(sizeDivisor)")) }
    let lines = entries.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value)" }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }

  /// The kind by `config.json`, where the processor's own file names none.
  ///
  /// - Throws: `DataError` where that file is needed and damaged: a guess would prepare pictures for another model.
  private static func fallback(for fields: Fields, in directory: String) throws(DataError) -> ImageProcessorKind? {
    let path = directory + "/config.json"
    guard fields.image_processor_type == nil, fields.feature_extractor_type == nil, access(path, F_OK) == 0 else {
      return nil
    }
    let model = try decode(ModelType.self, FileSystem.read(path, limit: 1 << 26), file: path)
    return model.image_processor_type.flatMap(ImageProcessorKind.init(className:))
      ?? model.model_type.flatMap(ImageProcessorKind.init(modelType:))
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], file: String) throws(DataError)
    -> Value
  {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      let (context, reason) =
        switch error {
        case .typeMismatch(_, let context): (context, "not of the kind that belongs there")
        case .valueNotFound(_, let context): (context, "null where a value belongs")
        case .keyNotFound(let key, let context): (context, "\"\(key.stringValue)\" is missing")
        case .dataCorrupted(let context): (context, context.codingPath.isEmpty ? "not JSON" : context.debugDescription)
        @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "not readable")
        }
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw DataError(.malformed, file: file, place: path.isEmpty ? nil : "\"\(path)\"", reason: reason)
    } catch {
      throw DataError(.malformed, file: file, reason: "not readable as JSON")
    }
  }
}
