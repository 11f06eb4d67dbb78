/// The numbers of a tensor as one matrix: an address and two strides, and the memory kept alive. Transposing it
/// exchanges the strides.
struct MatrixView {
  let rows: Int
  let columns: Int
  private let storage: Storage
  private let offset: Int
  private let rowStride: Int
  private let columnStride: Int

  /// Rows along the last dimension. They are copied only if no strides describe them.
  init(rowsOf x: Tensor) {
    let x = x.withRegularRows()
    if x.rank == 2 {
      self.init(x.shape[0], x.shape[1], x.storage, x.offset, x.strides[0], x.strides[1])
    } else {
      self.init(x.rowCount, x.shape.last ?? 1, x.storage, x.offset, x.shape.last ?? 1, 1)
    }
  }

  private init(_ rows: Int, _ columns: Int, _ storage: Storage, _ offset: Int, _ rowStride: Int, _ columnStride: Int) {
    (self.rows, self.columns) = (rows, columns)
    (self.storage, self.offset) = (storage, offset)
    (self.rowStride, self.columnStride) = (rowStride, columnStride)
  }

  var transposed: MatrixView { MatrixView(columns, rows, storage, offset, columnStride, rowStride) }

  /// Calls `body` with the operand of a product, whose memory is kept alive meanwhile.
  func withOperand(_ body: (MatrixOperand) -> Void) {
    withExtendedLifetime(storage) {
      body(MatrixOperand(storage, offset: offset, rowStride: rowStride, columnStride: columnStride))
    }
  }
}

extension Tensor {
  /// How many rows lie along the last dimension.
  fileprivate var rowCount: Int {
    let columns = shape.last ?? 1
    return columns == 0 ? Shape.count(Array(shape.dropLast())) : count / columns
  }

  /// Itself if strides describe its rows as one matrix, a copy that is a matrix otherwise. No gradient passes.
  func withRegularRows() -> Tensor {
    rank == 2 || isContiguous ? self : detached().reshape([rowCount, shape.last ?? 1])
  }
}

extension MatrixOperand {
  /// Where a matrix lies in a tensor's memory, as long as that is kept alive.
  init(_ storage: Storage, offset: Int, rowStride: Int, columnStride: Int) {
    self.init(
      base: UnsafeRawPointer(storage.base) + offset * storage.elementType.byteCount, elementType: storage.elementType,
      rowStride: rowStride, columnStride: columnStride)
  }
}
