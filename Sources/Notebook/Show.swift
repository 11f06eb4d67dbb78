import Tensors

// Values with their labels: `Parameters: 85,806,346`. A note follows the value: `Patches: [1, 196, 768]  # …`.

/// Prints a whole number with thousands separators: `Parameters: 85,806,346`.
@MainActor
public func show(_ label: String, _ value: Int, note: String? = nil, file: String = #fileID, line: Int = #line) {
  show(label, Format.integer(value), note: note, file: file, line: line)
}

/// Prints a shape or another list of whole numbers: `Patches: [1, 196, 768]`.
@MainActor
public func show(_ label: String, _ values: [Int], note: String? = nil, file: String = #fileID, line: Int = #line) {
  show(label, Format.list(values), note: note, file: file, line: line)
}

/// Prints a text; one of several lines starts under its label.
@MainActor
public func show(_ label: String, _ text: String, note: String? = nil, file: String = #fileID, line: Int = #line) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  show(label, lines: lines, note: note, file: file, line: line)
}

/// Prints `true` or `false`.
@MainActor
public func show(_ label: String, _ value: Bool, note: String? = nil, file: String = #fileID, line: Int = #line) {
  show(label, value ? "true" : "false", note: note, file: file, line: line)
}

/// Prints a number with a fixed count of decimals: `Loss: 2.3026`.
@MainActor
public func show(
  _ label: String, _ value: some BinaryFloatingPoint, decimals: Int, note: String? = nil,
  file: String = #fileID, line: Int = #line
) {
  show(label, Format.fixed(value, decimals: decimals), note: note, file: file, line: line)
}

/// Prints a number with a count of significant digits, as short as it goes: `Learning rate: 0.0003`.
@MainActor
public func show(
  _ label: String, _ value: some BinaryFloatingPoint, significant digits: Int, note: String? = nil,
  file: String = #fileID, line: Int = #line
) {
  show(label, Format.significant(value, digits: digits), note: note, file: file, line: line)
}

/// Prints a fraction as a percentage: `Accuracy: 95.63%` for 0.9563.
@MainActor
public func show(
  _ label: String, percent fraction: some BinaryFloatingPoint, decimals: Int = 2, note: String? = nil,
  file: String = #fileID, line: Int = #line
) {
  show(label, Format.percent(fraction, decimals: decimals), note: note, file: file, line: line)
}

/// Prints a list of numbers with a fixed count of decimals: `Probabilities: [0.1000, 0.9000]`.
@MainActor
public func show(
  _ label: String, _ values: [some BinaryFloatingPoint], decimals: Int, note: String? = nil,
  file: String = #fileID, line: Int = #line
) {
  show(label, Format.list(values, decimals: decimals), note: note, file: file, line: line)
}

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

@MainActor
func show(_ label: String, lines: [String], note: String?, file: String, line: Int) {
  Session.current(for: "show", file, line).write {
    $0.value(label, lines, note: note, at: SourceLine(file: file, line: line))
  }
}
