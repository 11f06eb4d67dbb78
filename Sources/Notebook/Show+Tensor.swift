import Tensors

/// Prints a tensor's numbers in nested brackets, rows under each other, with a fixed count of decimals.
///
/// For the shape alone write `show("Input", image.shape)`. A tensor of more than 1,000 numbers ends the program: show
/// a slice of it.
@MainActor
public func show(
  _ label: String, _ tensor: Tensor, decimals: Int, note: String? = nil, file: String = #fileID, line: Int = #line
) {
  let count = tensor.shape.reduce(1, *)
  guard count <= TensorLayout.limit else {
    System.stop(
      "\(file):\(line): show prints at most \(Format.integer(TensorLayout.limit)) numbers, "
        + "\(label) has \(Format.integer(count)): show a slice of it")
  }
  let lines = TensorLayout.lines(tensor.scalars, shape: tensor.shape, decimals: decimals)
  show(label, lines: lines, note: note, file: file, line: line)
}
