import Images

// The keys of `preprocessor_config.json`, spelled as in the file.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// `processor_config.json`, in which newer checkpoints keep the image processor's keys.
struct Wrapper: Decodable {
  let image_processor: Fields?
}

/// The keys of `config.json` that tell which processor a model takes.
struct ModelType: Decodable {
  let model_type, image_processor_type: String?
}

/// All keys that matter here; a key that is missing is nil.
///
/// A null is not the same as a missing key: transformers takes it for "not", whatever the default.
struct Fields: Decodable {
  /// The longest side that a configuration may ask for.
  static let longestSide = 16_384

  let image_processor_type, feature_extractor_type: String?
  let do_convert_rgb, do_resize, do_center_crop, do_rescale, do_normalize, do_pad: Bool?
  let default_to_square, use_square_size: Bool?
  let size, crop_size, pad_size: SizeField?
  let resample, size_divisor: Int?
  let rescale_factor: Double?
  let image_mean, image_std: NumbersField?
  /// The keys that are there and null.
  let nulls: Set<CodingKeys>

  enum CodingKeys: String, CodingKey, CaseIterable {
    case image_processor_type, feature_extractor_type
    case do_convert_rgb, do_resize, do_center_crop, do_rescale, do_normalize, do_pad
    case default_to_square, use_square_size
    case size, crop_size, pad_size, resample, size_divisor, rescale_factor, image_mean, image_std
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let nulls = try Set(CodingKeys.allCases.filter { try container.contains($0) && container.decodeNil(forKey: $0) })
    func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
      try container.decodeIfPresent(Value.self, forKey: key)
    }
    func flag(_ key: CodingKeys) throws -> Bool? { nulls.contains(key) ? false : try value(key) }
    image_processor_type = try value(.image_processor_type)
    feature_extractor_type = try value(.feature_extractor_type)
    do_convert_rgb = try flag(.do_convert_rgb)
    do_resize = try flag(.do_resize)
    do_center_crop = try flag(.do_center_crop)
    do_rescale = try flag(.do_rescale)
    do_normalize = try flag(.do_normalize)
    do_pad = try flag(.do_pad)
    default_to_square = try flag(.default_to_square)
    use_square_size = try flag(.use_square_size)
    size = try value(.size)
    crop_size = try value(.crop_size)
    pad_size = try value(.pad_size)
    resample = try value(.resample)
    size_divisor = nulls.contains(.size_divisor) ? 1 : try value(.size_divisor)
    rescale_factor = try value(.rescale_factor)
    image_mean = try value(.image_mean)
    image_std = try value(.image_std)
    self.nulls = nulls
  }
}

/// Three numbers, or one for all three.
struct NumbersField: Decodable {
  let values: [Double]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let one = try? container.decode(Double.self) {
      values = [one, one, one]
    } else {
      values = try container.decode([Double].self)
    }
  }
}

/// A size as a number, as `[height, width]` or as an object.
enum SizeField: Decodable {
  case number(Int)
  case list([Int])
  case object([String: Int])

  /// What is wrong with a size; the caller knows the key and the file.
  struct Problem: Error {
    let reason: String
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else if let list = try? container.decode([Int].self) {
      self = .list(list)
    } else {
      // Some files write out the unused keys as null.
      self = .object(try container.decode([String: Int?].self).compactMapValues { $0 })
    }
  }

  func size(squareByDefault: Bool) throws(Problem) -> ImageProcessorConfiguration.Size {
    switch self {
    case .number(let side):
      try check(side)
      if squareByDefault { try check(height: side, width: side) }
      return squareByDefault ? .exact(height: side, width: side) : .shortestEdge(side, longest: nil)
    case .list(let sides):
      guard sides.count == 2 else { throw Problem(reason: "a list must be [height, width]") }
      try check(sides[0])
      try check(sides[1])
      try check(height: sides[0], width: sides[1])
      return .exact(height: sides[0], width: sides[1])
    case .object(let fields):
      let (height, width, edge, longest) = (
        fields["height"], fields["width"], fields["shortest_edge"], fields["longest_edge"]
      )
      for side in [height, width, edge, longest] { if let side { try check(side) } }
      switch (height, width, edge, longest, fields.count) {
      case (let height?, let width?, nil, nil, 2):
        try check(height: height, width: width)
        return .exact(height: height, width: width)
      case (nil, nil, let edge?, nil, 1): return .shortestEdge(edge, longest: nil)
      case (nil, nil, let edge?, let longest?, 2): return .shortestEdge(edge, longest: longest)
      default:
        throw Problem(
          reason: "known are height and width, shortest_edge, and shortest_edge and longest_edge, not "
            + fields.keys.sorted().joined(separator: ", "))
      }
    }
  }

  func cropSize() throws(Problem) -> ImageProcessorConfiguration.CropSize {
    // A single number means a square for every kind.
    guard case .exact(let height, let width) = try size(squareByDefault: true) else {
      throw Problem(reason: "height and width are needed")
    }
    return ImageProcessorConfiguration.CropSize(height: height, width: width)
  }

  private func check(height: Int, width: Int) throws(Problem) {
    guard height * width <= Image.pixelLimit else {
      throw Problem(reason: "\(width)×\(height) has more than \(Image.pixelLimit) pixels")
    }
  }

  private func check(_ side: Int) throws(Problem) {
    guard (1...Fields.longestSide).contains(side) else {
      throw Problem(reason: "\(side) is not a side from 1 to \(Fields.longestSide)")
    }
  }
}
