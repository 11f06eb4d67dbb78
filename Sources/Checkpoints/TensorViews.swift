import Support

// Tensors that are parts of those in a file, or the same in another order. Nothing is copied.

extension TensorEntry {
  /// A matrix with rows and columns exchanged; `nil` for what is no matrix.
  package var transposed: TensorEntry? {
    shape.count == 2 ? view("\(name).T", shape.reversed(), strides.reversed()) : nil
  }

  /// The only element as a tensor without dimensions; `nil` if there is not one.
  package var asNumber: TensorEntry? { count == 1 ? view(name, [], []) : nil }

  /// Equal parts along the first dimension; `nil` if it does not divide.
  package func split(into count: Int) -> [TensorEntry]? {
    guard let rows = shape.first, rows.isMultiple(of: count) else { return nil }
    let size = rows / count
    let parts = (0..<count).compactMap { part in
      view(
        "\(name)[\(part * size):\((part + 1) * size)]", [size] + shape.dropFirst(), strides,
        from: self.count == 0 ? 0 : part * size * strides[0])
    }
    return parts.count == count ? parts : nil
  }

  private func view(_ name: String, _ shape: [Int], _ strides: [Int], from start: Int = 0) -> TensorEntry? {
    guard case .success(let layout) = TensorLayout.strided(shape, strides) else { return nil }
    return TensorEntry(
      name: name, elementType: elementType, layout: layout, file: file,
      byteOffset: byteOffset + start * elementType.byteCount)
  }
}
