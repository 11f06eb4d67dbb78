/// The numbers of a tensor as one matrix. Light: products of matrices that are small are made of little else.
struct MatrixView {
  let rows: Int
  let columns: Int
  private let storage: Storage
  private let offset: Int
  private let rowStride: Int
  private let columnStride: Int

  /// Rows along the last dimension. They are copied only where they lie too irregularly for strides.
  init(rowsOf x: Tensor) {
    let columns = x.shape.last ?? 1
    let rows = columns == 0 ? Shape.count(Array(x.shape.dropLast())) : x.count / columns
    if x.rank == 2 {
      self.init(rows, columns, x.storage, x.offset, x.strides[0], x.strides[1])
    } else if x.isContiguous {
      self.init(rows, columns, x.storage, x.offset, columns, 1)
    } else {
      self.init(rowsOf: x.detached().reshape([rows, columns]))
    }
  }

  private init(_ rows: Int, _ columns: Int, _ storage: Storage, _ offset: Int, _ rowStride: Int, _ columnStride: Int) {
    (self.rows, self.columns) = (rows, columns)
    (self.storage, self.offset) = (storage, offset)
    (self.rowStride, self.columnStride) = (rowStride, columnStride)
  }

  var transposed: MatrixView { MatrixView(columns, rows, storage, offset, columnStride, rowStride) }

  /// Calls `body` with the place in memory, which is kept alive meanwhile.
  func withOperand(_ body: (MatrixOperand) -> Void) {
    withExtendedLifetime(storage) {
      body(MatrixOperand(storage, offset: offset, rowStride: rowStride, columnStride: columnStride))
    }
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
