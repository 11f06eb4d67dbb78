import Support
import Synchronization

/// One step of a computation, as automatic differentiation remembers it.
///
/// Nodes point to the nodes of their operands. The backward closure of a step keeps the tensors that its gradients
/// need, and is freed as soon as it has been called.
final class GradientNode: @unchecked Sendable {
  /// How a step turns the gradient of its result into those of its operands. There are two forms.
  enum Backward {
    /// The gradients of the operands, in their order; `nil` for an operand that needs none. All operations but one have
    /// this form.
    case gradients((Tensor) -> [Tensor?])
    /// The result is a region of the only operand (a slice): `range` of a dimension. Its gradient is added into that
    /// region of the operand's gradient, because a full-size gradient for each of many slices would be mostly zeros.
    case region(dimension: Int, range: Range<Int>)
  }

  /// Counts up as nodes are made, so that descending order visits every node after all that use it.
  let id: UInt64
  let shape: [Int]
  private(set) var parents: [GradientNode?]
  /// `nil` for a leaf, and after the gradient has passed.
  private var backward: Backward?
  /// The gradient gathered so far: of a leaf, for the optimizer; of a step, until it is passed on.
  private(set) var gradient: Tensor?
  /// Whether `gradient` is this node's own memory, to which more may be added in place.
  private var ownsGradient = false
  /// A leaf that is not trained at the moment.
  var isFrozen = false
  /// Whether the gradient has been passed on, and the tensors kept for it are freed.
  private(set) var isSpent = false

  private static let nextID = Atomic<UInt64>(0)

  init(shape: [Int], parents: [GradientNode?] = [], backward: Backward? = nil) {
    self.id = Self.nextID.wrappingAdd(1, ordering: .relaxed).newValue
    self.shape = shape
    self.parents = parents
    self.backward = backward
  }

  var isLeaf: Bool { backward == nil && !isSpent }

  /// Whether gradients are to be computed for it.
  var wantsGradient: Bool { !(isLeaf && isFrozen) }

  func setGradient(_ new: Tensor?) {
    gradient = new?.detached()
    ownsGradient = false
  }

  /// Adds to the gradient gathered so far.
  func add(_ more: Tensor) {
    guard let sum = gradient else {
      // The gradient of a leaf can be written to, so it must not repeat memory (as the gradient of a sum does).
      ownsGradient = isLeaf && !more.isContiguous && more.repeatsMemory
      gradient = ownsGradient ? more.copied() : more
      return
    }
    if ownsGradient {
      sum.addInPlace(more)
    } else {
      gradient = noGrad { sum + more }
      ownsGradient = true
    }
  }

  /// Adds to one region of the gradient gathered so far.
  private func add(_ part: Tensor, toRegion range: Range<Int>, of dimension: Int) {
    let whole = ownedGradient()
    let region = Tensor(
      shape: part.shape, strides: whole.strides, offset: whole.offset + range.lowerBound * whole.strides[dimension],
      storage: whole.storage)
    region.addInPlace(part)
  }

  /// The gradient so far as memory of this node's own, zeros at first.
  private func ownedGradient() -> Tensor {
    if let gradient, ownsGradient { return gradient }
    let own = Tensor(uninitialized: shape)
    own.write { $0.update(repeating: 0, count: own.count) }
    if let gradient { own.addInPlace(gradient) }
    gradient = own
    ownsGradient = true
    return own
  }

  /// Passes this node's gradient to its parents and forgets it, with all that was kept for it.
  func propagate() {
    guard let backward, let gradient else { return }
    self.backward = nil
    self.gradient = nil
    isSpent = true
    let parents = self.parents
    self.parents = []
    switch backward {
    case .region(let dimension, let range):
      for case let parent? in parents where parent.wantsGradient {
        parent.add(gradient, toRegion: range, of: dimension)
      }
    case .gradients(let gradients):
      for (parent, part) in zip(parents, gradients(gradient)) {
        guard let parent, let part, parent.wantsGradient else { continue }
        precondition(
          part.shape == parent.shape, "a gradient of shape \(part.shape) for a value of shape \(parent.shape)")
        parent.add(part)
      }
    }
  }

  deinit {
    // A long chain of nodes must not be freed by recursion: take it apart link by link.
    var chain = parents.compactMap { $0 }
    parents = []
    backward = nil
    while var node = chain.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      chain.append(contentsOf: node.parents.lazy.compactMap { $0 })
      node.backward = nil
      node.parents = []
    }
  }
}

/// Whether operations record how to pass gradients back.
enum GradientMode {
  @TaskLocal static var isRecording = true
}

/// Runs `body` without recording anything for gradients: intermediate results are freed as soon as they are used.
public func noGrad<Result>(_ body: () throws -> Result) rethrows -> Result {
  try GradientMode.$isRecording.withValue(false, operation: body)
}

extension Tensor {
  /// What tells one parameter from another; the same for all values of this type that stand for the same leaf.
  package var identity: ObjectIdentifier { node.map { ObjectIdentifier($0) } ?? ObjectIdentifier(storage) }

  /// What tells one leaf from another; `nil` for tensors that take no gradient.
  package var leafIdentity: ObjectIdentifier? { node.map { ObjectIdentifier($0) } }

  /// Whether it is the result of a recorded computation, and no leaf.
  package var isComputed: Bool { node.map { !$0.isLeaf } ?? false }

  /// Whether gradients are to be computed for it.
  public var requiresGrad: Bool { node?.wantsGradient ?? false }

  /// Whether this leaf is left out of training for now: no gradient is computed for it.
  public var isFrozen: Bool {
    get { node?.isFrozen ?? false }
    nonmutating set { node?.isFrozen = newValue }
  }

  /// The same numbers as a leaf whose gradient is wanted: a parameter. It shares the memory if the numbers lie there in
  /// row-major order as 32-bit floats, as optimizers need them, and copies them otherwise.
  public func requiringGrad() -> Tensor {
    var leaf = packed()
    leaf.node = GradientNode(shape: shape)
    return leaf
  }

  /// The gradient that `backward()` gathered in this leaf, or `nil` before the first one. A new one has the leaf's
  /// shape.
  public var grad: Tensor? {
    get { node?.gradient }
    nonmutating set {
      if let newValue, newValue.shape != shape {
        fail("grad", "a gradient of shape \(newValue.shape) does not fit a tensor of shape \(shape)")
      }
      node?.setGradient(newValue)
    }
  }

  /// The same result with a node that computes the gradients of the operands, if any operand wants one.
  ///
  /// - Parameters:
  ///   - operands: what the result was computed from.
  ///   - backward: turns the gradient of the result into those of the operands, in the same order;
  ///     `nil` for an operand that needs none.
  func recording(_ operands: Tensor..., backward: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    recording(operands, backward: backward)
  }

  func recording(_ operands: [Tensor], backward: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    recording(operands, .gradients(backward))
  }

  /// The same for a region of another tensor: `range` of a dimension.
  func recordingRegion(of whole: Tensor, dimension: Int, range: Range<Int>) -> Tensor {
    recording([whole], .region(dimension: dimension, range: range))
  }

  private func recording(_ operands: [Tensor], _ backward: GradientNode.Backward) -> Tensor {
    guard GradientMode.isRecording, operands.contains(where: { $0.requiresGrad }) else { return self }
    var result = self
    result.node = GradientNode(
      shape: shape, parents: operands.map { $0.requiresGrad ? $0.node : nil }, backward: backward)
    return result
  }

  /// Computes the gradients of this single number with respect to every leaf that it depends on, and adds them to the
  /// leaves' `grad`. The tensors kept for the graph are freed, so that no part of it can be passed a second time.
  public func backward() {
    if count != 1 {
      fail("backward", "gradients start from a single number, not from shape \(shape); take a sum or a mean first")
    }
    backward(from: .full(shape, 1))
  }

  /// The same, starting from a given gradient of this tensor.
  public func backward(from gradient: Tensor) {
    guard let root = node else {
      fail("backward", "nothing here depends on a tensor that requires gradients")
    }
    if gradient.shape != shape {
      fail("backward", "a gradient of shape \(gradient.shape) does not fit a value of shape \(shape)")
    }
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var nodes = [root]
    var next = 0
    while next < nodes.count {
      for case let parent? in nodes[next].parents where seen.insert(ObjectIdentifier(parent)).inserted {
        nodes.append(parent)
      }
      next += 1
    }
    if nodes.contains(where: { $0.isSpent }) {
      fail(
        "backward",
        "gradients cannot pass a second time: an earlier backward() used up what was kept; compute the value anew")
    }
    nodes.sort { $0.id > $1.id }
    noGrad {
      root.add(gradient)
      for node in nodes { node.propagate() }
    }
  }
}

/// A tensor that the gradient of an operation needs, as it was when it was saved.
///
/// Nothing is copied. The memory counts how often it is overwritten, so that a gradient of numbers that have changed in
/// the meantime is noticed and not computed. An operation saves only what its gradient really depends on.
struct SavedTensor {
  private let tensor: Tensor
  private let version: Int

  init(_ tensor: Tensor) {
    self.tensor = tensor.detached()
    version = tensor.storage.version
  }

  /// The tensor; ends the program if it was overwritten since.
  ///
  /// - Parameter operation: whose gradient needs it.
  func unchanged(for operation: String) -> Tensor {
    if tensor.storage.version != version { refuse(operation) }
    return tensor
  }

  @inline(never)
  private func refuse(_ operation: String) -> Never {
    fail(
      operation,
      "its gradient needs a tensor of shape \(tensor.shape) that has been modified by an in-place operation "
        + "(assign, or the step of an optimizer) after it was used; call backward() before")
  }
}

extension Tensor {
  /// Itself, kept for the gradient.
  var saved: SavedTensor { SavedTensor(self) }

  /// Itself, kept for the gradient, if that of another operand needs it.
  func saved(if isNeeded: Bool) -> SavedTensor? { isNeeded ? SavedTensor(self) : nil }
}
