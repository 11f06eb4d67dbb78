// Written by mistakes.py.
// swift-format-ignore-file
import Layers
import Tensors

class Method0 {
  var count = 0
  init() {}
  func forward(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = x.relu().sum()
    return (x.matmul(y)) * z  // MISTAKE 6 method in a second file
  }
}

struct Held0 {
  let x: Tensor, y: Tensor, ids: IntTensor
  var result: Tensor { Embedding(14, 4)(ids) }  // MISTAKE 12 property, initializer, subscript
}

class Method1 {
  var count = 0
  init() {}
  func forward(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = x.relu().sum()
    return (x + y) * z  // MISTAKE 23 method in a second file
  }
}

final class Held1 {
  let result: Tensor
  init(x: Tensor, y: Tensor, ids: IntTensor) {
    let z = x.relu()
    result = LayerNorm(6)(x)  // MISTAKE 29 property, initializer, subscript
    if z.count == 3 { note("three") }
  }
}

struct Method2 {
  var count = 0
  init() {}
  func forward(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = x.relu().sum()
    return (Embedding(17, 4)(ids)) * z  // MISTAKE 40 method in a second file
  }
}

struct Held2 {
  let x: Tensor, y: Tensor, ids: IntTensor
  subscript(_ index: Int) -> Tensor {
    Embedding(14, 4)(ids)  // MISTAKE 46 property, initializer, subscript
  }
  var result: Tensor { self[0] }
}
