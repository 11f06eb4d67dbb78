import Checkpoints
import Foundation
import Layers
import Tensors

/// Writes a module's parameters into a safetensors file and reads back what stands in it.
///
/// - Returns: the header with the spaces that fill it up, and how many bytes of numbers follow.
func writtenFile(of module: Module) throws -> (header: String, numberBytes: Int) {
  let file = FileManager.default.temporaryDirectory.appending(path: "layer-\(UUID().uuidString).safetensors")
  defer { try? FileManager.default.removeItem(at: file) }
  let tensors = module.namedParameters().map { name, parameter in
    TensorToWrite(name: name, parameter.scalars, shape: parameter.shape)
  }
  try SafetensorsWriter.write(tensors, to: file.path)
  let bytes = try Data(contentsOf: file)
  // The first eight bytes are the header's length, the lowest byte first.
  let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  return (String(decoding: bytes.dropFirst(8).prefix(length), as: UTF8.self), bytes.count - 8 - length)
}

/// A module's parameters by name, PyTorch's `state_dict`.
struct LayerState {
  private let parameters: [String: Tensor]

  init(_ module: Module) {
    parameters = Dictionary(uniqueKeysWithValues: module.namedParameters().map { ($0.name, $0.parameter) })
  }

  subscript(name: String) -> Tensor {
    guard let parameter = parameters[name] else { preconditionFailure("the module has no parameter \(name)") }
    return parameter
  }
}
