// Written by mistakes.py.
// swift-format-ignore-file
import Layers
import Tensors

nonisolated protocol Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor }
struct Refused: Error {}
var notes: [String] = []
func note(_ text: String) { notes.append(text) }
func show(_ name: String, _ shape: [Int]) { if CommandLine.arguments.count > 2 { print(name, shape) } }
func use(_ x: Tensor) { if CommandLine.arguments.count > 2 { print(x.shape, x.scalars.first ?? 0) } }
let picked = Int(CommandLine.arguments[1])!

nonisolated final class Block0: Module {
  let linear = Linear(3, 3)
  func callAsFunction(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = linear(Tensor.ones([2, 3])).sum()
    if z.item > 1e9 { print("large") }
    return Linear(9, 3)(x)  // MISTAKE 0 last line of callAsFunction
  }
}

func twin0a(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(44, 3).relu()
}
func twin0b(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(33, 3).relu()  // MISTAKE 1 twins that differ in one number
}

let closure0 = { (x: Tensor, y: Tensor, ids: IntTensor) -> Tensor in
  let z = x.relu()
  if z.count > 100_000 { note("large") }
  return x * y  // MISTAKE 2 within a closure
}

func switched0(_ choice: Int, x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  switch choice {
  case 0: return x.softmax(dim: 2)  // MISTAKE 3 within a switch
  case 1: return x.sum(dim: 3)
  default: return x.reshape(50, 3)
  }
}

func operated0(_ x: Tensor, _ y: Tensor) -> Tensor {
  let z = x * 3
  let w = (z * y) * 2  // MISTAKE 4 operator
  return w + 1
}

func nested0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  let parts = (0..<3).map { i in
    [x, x * 2].map { x in
      crossEntropy(x, ids)  // MISTAKE 7 nested closures and map
    }
  }
  return parts[0][0]
}

func guarded0(_ x: Tensor?, y: Tensor, ids: IntTensor) -> Tensor? {
  guard let x else { return nil }
  if let w = Optional(x.sum(dim: 2)), w.rank > 1 { return w * 2 }  // MISTAKE 8 guard and if let
  return nil
}

func generic0<Numbers: Collection<Int>>(_ numbers: Numbers, x: Tensor, y: Tensor, ids: IntTensor) -> [Tensor] {
  var result: [Tensor] = []
  for number in numbers {
    let scaled = x * Float(number)
    result.append((x + y) + scaled.sum())  // MISTAKE 9 generic function
  }
  return result
}

func looped0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  var sum = Tensor.zeros([1])
  for step in 0..<4 {
    if step < 2 { sum = sum + Float(step); continue }
    sum = x.matmul(y)  // MISTAKE 10 loop
  }
  return sum
}

func only0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  Tensor.cat([x, y])  // MISTAKE 11 only line of a function
}

func inner0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  func local(_ z: Tensor) -> Tensor {
    let w = x.transpose(0, 2)  // MISTAKE 13 local function, throwing, default value
    return w * z
  }
  return local(x.sum())
}

nonisolated struct First0: Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor { Tensor.cat([x, y]) } }  // MISTAKE 14 method through a protocol or a subclass
nonisolated struct Other0: Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor { x[2] } }

func chained0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  x
    .relu()
    .reshape(-1)
    .reshape(19, 8)  // MISTAKE 15 a chain over several lines
    .softmax(dim: 0)
}

func placed0(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  if (x.sum(dim: 2)).count > 3 { return x }  // MISTAKE 16 condition, interpolation, argument
  return y
}

nonisolated final class Block1: Module {
  let linear = Linear(3, 3)
  func callAsFunction(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = linear(Tensor.ones([2, 3])).sum()
    if z.item > 1e9 { print("large") }
    return x.reshape(38, 3)  // MISTAKE 17 last line of callAsFunction
  }
}

func twin1a(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(24, 3).relu()
}
func twin1b(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(30, 3).relu()  // MISTAKE 18 twins that differ in one number
}

let closure1 = { (x: Tensor, y: Tensor, ids: IntTensor) -> Tensor in
  let z = x.relu()
  if z.count > 100_000 { note("large") }
  return Tensor.cat([x, y])  // MISTAKE 19 within a closure
}

func switched1(_ choice: Int, x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  switch choice {
  case 0: return x.transpose(0, 4)  // MISTAKE 20 within a switch
  case 1: return crossEntropy(x, ids)
  default: return Linear(8, 3)(x)
  }
}

func operated1(_ x: Tensor, _ y: Tensor) -> Tensor {
  let z = x * 3
  let w = (z .> y) * 2  // MISTAKE 21 operator
  return w + 1
}

func nested1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  let parts = (0..<3).map { i in
    [x, x * 2].map { x in
      Embedding(12, 4)(ids)  // MISTAKE 24 nested closures and map
    }
  }
  return parts[0][0]
}

func guarded1(_ x: Tensor?, y: Tensor, ids: IntTensor) -> Tensor? {
  guard let x else { return nil }
  if let w = Optional(x[5]), w.rank > 1 { return w * 2 }  // MISTAKE 25 guard and if let
  return nil
}

func generic1<Numbers: Collection<Int>>(_ numbers: Numbers, x: Tensor, y: Tensor, ids: IntTensor) -> [Tensor] {
  var result: [Tensor] = []
  for number in numbers {
    let scaled = x * Float(number)
    result.append((Embedding(16, 4)(ids)) + scaled.sum())  // MISTAKE 26 generic function
  }
  return result
}

func looped1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  var sum = Tensor.zeros([1])
  for step in 0..<4 {
    if step < 2 { sum = sum + Float(step); continue }
    sum = x + y  // MISTAKE 27 loop
  }
  return sum
}

func only1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  x.softmax(dim: 8)  // MISTAKE 28 only line of a function
}

func inner1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  func attempt(_ n: Int) throws -> Tensor {
    if n > 3 { throw Refused() }
    return crossEntropy(x, ids)  // MISTAKE 30 local function, throwing, default value
  }
  do { return try attempt(1) } catch { return x }
}

nonisolated class Other1: Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor { x.reshape(39, 3) } }
nonisolated final class First1: Other1 {
  override func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    x.reshape(26, 3)  // MISTAKE 31 method through a protocol or a subclass
  }
}

func chained1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  x
    .relu()
    .reshape(-1)
    .reshape(19, 2)  // MISTAKE 32 a chain over several lines
    .softmax(dim: 0)
}

func placed1(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  note("shape \((Tensor.cat([x, y])).shape)")  // MISTAKE 33 condition, interpolation, argument
  return y
}

nonisolated final class Block2: Module {
  let linear = Linear(3, 3)
  func callAsFunction(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
    let z = linear(Tensor.ones([2, 3])).sum()
    if z.item > 1e9 { print("large") }
    return x.transpose(0, 6)  // MISTAKE 34 last line of callAsFunction
  }
}

func twin2a(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(25, 3).relu()
}
func twin2b(_ x: Tensor) -> Tensor {
  let y = x * 2
  return y.reshape(37, 3).relu()  // MISTAKE 35 twins that differ in one number
}

let closure2 = { (x: Tensor, y: Tensor, ids: IntTensor) -> Tensor in
  let z = x.relu()
  if z.count > 100_000 { note("large") }
  return x.matmul(y)  // MISTAKE 36 within a closure
}

func switched2(_ choice: Int, x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  switch choice {
  case 0: return x[10]  // MISTAKE 37 within a switch
  case 1: return Embedding(18, 4)(ids)
  default: return x + y
  }
}

func operated2(_ x: Tensor, _ y: Tensor) -> Tensor {
  let z = x * 3
  let w = (z + y) * 2  // MISTAKE 38 operator
  return w + 1
}

func nested2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  let parts = (0..<3).map { i in
    [x, x * 2].map { x in
      x.sum(dim: 2)  // MISTAKE 41 nested closures and map
    }
  }
  return parts[0][0]
}

func guarded2(_ x: Tensor?, y: Tensor, ids: IntTensor) -> Tensor? {
  guard let x else { return nil }
  if let w = Optional(Tensor.cat([x, y])), w.rank > 1 { return w * 2 }  // MISTAKE 42 guard and if let
  return nil
}

func generic2<Numbers: Collection<Int>>(_ numbers: Numbers, x: Tensor, y: Tensor, ids: IntTensor) -> [Tensor] {
  var result: [Tensor] = []
  for number in numbers {
    let scaled = x * Float(number)
    result.append((x.transpose(0, 4)) + scaled.sum())  // MISTAKE 43 generic function
  }
  return result
}

func looped2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  var sum = Tensor.zeros([1])
  for step in 0..<4 {
    if step < 2 { sum = sum + Float(step); continue }
    sum = x.softmax(dim: 3)  // MISTAKE 44 loop
  }
  return sum
}

func only2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  x.reshape(13, 3)  // MISTAKE 45 only line of a function
}

func inner2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  let z: Tensor? = x.count > 100_000 ? x : nil
  return z ?? (x.sum(dim: 3))  // MISTAKE 47 local function, throwing, default value
}

nonisolated struct First2: Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor { x.reshape(35, 3) } }  // MISTAKE 48 method through a protocol or a subclass
nonisolated struct Other2: Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor { LayerNorm(10)(x) } }

func chained2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  x
    .relu()
    .reshape(-1)
    .reshape(43, 2)  // MISTAKE 49 a chain over several lines
    .softmax(dim: 0)
}

func placed2(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor {
  let both = [x.relu(), x.sum(dim: 5)]  // MISTAKE 50 condition, interpolation, argument
  return both[0]
}

if picked == 0 {
  use(Block0()(x: Tensor.ones([3, 6]), y: Tensor.ones([3, 7]), ids: IntTensor([0, 46])))
}

if picked == 1 {
  use(twin0a(.ones([44, 3]))); use(twin0b(.ones([44, 3])))
}

if picked == 2 {
  use(closure0(Tensor.ones([8, 2]), Tensor.ones([8, 3]), IntTensor([0, 42])))
}

if picked == 3 {
  use(switched0(0, x: Tensor.ones([4, 2]), y: Tensor.ones([4, 3]), ids: IntTensor([0, 42])))
}

if picked == 4 {
  use(operated0(.ones([5, 6]), .ones([5, 8])))
}

if picked == 5 {
  let x = Tensor.ones([7, 8])
  let y = Tensor.ones([7, 9])
  let ids = IntTensor([0, 48])
  show("Shapes", x.shape + y.shape + ids.shape)
  let z = x.reshape(68, 3)  // MISTAKE 5 top-level statement
  show("Result", z.shape)
}

if picked == 6 {
  use(Method0().forward(x: Tensor.ones([6, 5]), y: Tensor.ones([6, 6]), ids: IntTensor([0, 45])))
}

if picked == 7 {
  use(nested0(x: Tensor.ones([8, 5]), y: Tensor.ones([8, 6]), ids: IntTensor([0, 45])))
}

if picked == 8 {
  if let z = guarded0(Tensor.ones([8, 7]), y: Tensor.ones([8, 8]), ids: IntTensor([0, 47])) { use(z) }
}

if picked == 9 {
  use(generic0([1, 2], x: Tensor.ones([3, 6]), y: Tensor.ones([3, 7]), ids: IntTensor([0, 46]))[0])
}

if picked == 10 {
  use(looped0(x: Tensor.ones([4, 7]), y: Tensor.ones([4, 8]), ids: IntTensor([0, 47])))
}

if picked == 11 {
  use(only0(x: Tensor.ones([2, 3]), y: Tensor.ones([2, 4]), ids: IntTensor([0, 43])))
}

if picked == 12 {
  use(Held0(x: Tensor.ones([5, 4]), y: Tensor.ones([5, 5]), ids: IntTensor([0, 44])).result)
}

if picked == 13 {
  use(inner0(x: Tensor.ones([8, 6]), y: Tensor.ones([8, 7]), ids: IntTensor([0, 46])))
}

if picked == 14 {
  let models: [any Model] = [First0(), Other0()]; use(models[0].run(x: Tensor.ones([6, 3]), y: Tensor.ones([6, 4]), ids: IntTensor([0, 43])))
}

if picked == 15 {
  use(chained0(x: Tensor.ones([3, 6]), y: Tensor.ones([3, 7]), ids: IntTensor([0, 46])))
}

if picked == 16 {
  use(placed0(x: Tensor.ones([7, 2]), y: Tensor.ones([7, 3]), ids: IntTensor([0, 42])))
}

if picked == 17 {
  use(Block1()(x: Tensor.ones([8, 4]), y: Tensor.ones([8, 5]), ids: IntTensor([0, 44])))
}

if picked == 18 {
  use(twin1a(.ones([24, 3]))); use(twin1b(.ones([24, 3])))
}

if picked == 19 {
  use(closure1(Tensor.ones([4, 5]), Tensor.ones([4, 6]), IntTensor([0, 45])))
}

if picked == 20 {
  use(switched1(0, x: Tensor.ones([5, 3]), y: Tensor.ones([5, 4]), ids: IntTensor([0, 43])))
}

if picked == 21 {
  use(operated1(.ones([6, 7]), .ones([6, 9])))
}

if picked == 22 {
  let x = Tensor.ones([4, 3])
  let y = Tensor.ones([4, 4])
  let ids = IntTensor([0, 43])
  show("Shapes", x.shape + y.shape + ids.shape)
  let z = x.reshape(17, 3)  // MISTAKE 22 top-level statement
  show("Result", z.shape)
}

if picked == 23 {
  use(Method1().forward(x: Tensor.ones([4, 7]), y: Tensor.ones([4, 8]), ids: IntTensor([0, 47])))
}

if picked == 24 {
  use(nested1(x: Tensor.ones([8, 2]), y: Tensor.ones([8, 3]), ids: IntTensor([0, 42])))
}

if picked == 25 {
  if let z = guarded1(Tensor.ones([2, 5]), y: Tensor.ones([2, 6]), ids: IntTensor([0, 45])) { use(z) }
}

if picked == 26 {
  use(generic1([1, 2], x: Tensor.ones([5, 6]), y: Tensor.ones([5, 7]), ids: IntTensor([0, 46]))[0])
}

if picked == 27 {
  use(looped1(x: Tensor.ones([5, 2]), y: Tensor.ones([5, 3]), ids: IntTensor([0, 42])))
}

if picked == 28 {
  use(only1(x: Tensor.ones([3, 8]), y: Tensor.ones([3, 9]), ids: IntTensor([0, 48])))
}

if picked == 29 {
  use(Held1(x: Tensor.ones([3, 4]), y: Tensor.ones([3, 5]), ids: IntTensor([0, 44])).result)
}

if picked == 30 {
  use(inner1(x: Tensor.ones([7, 6]), y: Tensor.ones([7, 7]), ids: IntTensor([0, 46])))
}

if picked == 31 {
  let models: [any Model] = [First1(), Other1()]; use(models[0].run(x: Tensor.ones([2, 8]), y: Tensor.ones([2, 9]), ids: IntTensor([0, 48])))
}

if picked == 32 {
  use(chained1(x: Tensor.ones([3, 6]), y: Tensor.ones([3, 7]), ids: IntTensor([0, 46])))
}

if picked == 33 {
  use(placed1(x: Tensor.ones([5, 2]), y: Tensor.ones([5, 3]), ids: IntTensor([0, 42])))
}

if picked == 34 {
  use(Block2()(x: Tensor.ones([2, 6]), y: Tensor.ones([2, 7]), ids: IntTensor([0, 46])))
}

if picked == 35 {
  use(twin2a(.ones([25, 3]))); use(twin2b(.ones([25, 3])))
}

if picked == 36 {
  use(closure2(Tensor.ones([4, 2]), Tensor.ones([4, 3]), IntTensor([0, 42])))
}

if picked == 37 {
  use(switched2(0, x: Tensor.ones([3, 6]), y: Tensor.ones([3, 7]), ids: IntTensor([0, 46])))
}

if picked == 38 {
  use(operated2(.ones([2, 4]), .ones([2, 6])))
}

if picked == 39 {
  let x = Tensor.ones([4, 6])
  let y = Tensor.ones([4, 7])
  let ids = IntTensor([0, 46])
  show("Shapes", x.shape + y.shape + ids.shape)
  let z = x.sum(dim: 6)  // MISTAKE 39 top-level statement
  show("Result", z.shape)
}

if picked == 40 {
  use(Method2().forward(x: Tensor.ones([6, 7]), y: Tensor.ones([6, 8]), ids: IntTensor([0, 47])))
}

if picked == 41 {
  use(nested2(x: Tensor.ones([4, 3]), y: Tensor.ones([4, 4]), ids: IntTensor([0, 43])))
}

if picked == 42 {
  if let z = guarded2(Tensor.ones([5, 2]), y: Tensor.ones([5, 3]), ids: IntTensor([0, 42])) { use(z) }
}

if picked == 43 {
  use(generic2([1, 2], x: Tensor.ones([3, 4]), y: Tensor.ones([3, 5]), ids: IntTensor([0, 44]))[0])
}

if picked == 44 {
  use(looped2(x: Tensor.ones([6, 8]), y: Tensor.ones([6, 9]), ids: IntTensor([0, 48])))
}

if picked == 45 {
  use(only2(x: Tensor.ones([2, 4]), y: Tensor.ones([2, 5]), ids: IntTensor([0, 44])))
}

if picked == 46 {
  use(Held2(x: Tensor.ones([8, 4]), y: Tensor.ones([8, 5]), ids: IntTensor([0, 44])).result)
}

if picked == 47 {
  use(inner2(x: Tensor.ones([8, 4]), y: Tensor.ones([8, 5]), ids: IntTensor([0, 44])))
}

if picked == 48 {
  let models: [any Model] = [First2(), Other2()]; use(models[0].run(x: Tensor.ones([3, 8]), y: Tensor.ones([3, 9]), ids: IntTensor([0, 48])))
}

if picked == 49 {
  use(chained2(x: Tensor.ones([6, 7]), y: Tensor.ones([6, 8]), ids: IntTensor([0, 47])))
}

if picked == 50 {
  use(placed2(x: Tensor.ones([7, 8]), y: Tensor.ones([7, 9]), ids: IntTensor([0, 48])))
}
