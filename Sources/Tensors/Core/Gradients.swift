import Synchronization

/// One step of a computation, as automatic differentiation remembers it.
///
/// Nodes point to the nodes of their operands; the numbers that a step needs later live in its backward closure and
/// are freed as soon as the gradient has passed.
final class GradientNode: @unchecked Sendable {
  /// Counts up as nodes are made, so that descending order visits every node after all that use it.
  let id: UInt64
  let shape: [Int]
  private(set) var parents: [GradientNode?]
  /// Turns the gradient of this result into the gradients of the operands.
  private var passBack: ((Tensor) -> [Tensor?])?
  /// The gradient gathered so far: of a leaf, for the optimizer; of a step, until it is passed on.
  private(set) var gradient: Tensor?
  /// Whether `gradient` is this node's own memory, to which more may be added in place.
  private var ownsGradient = false
  /// A leaf that is not trained at the moment.
  var isFrozen = false
  /// Whether the gradient has passed and what was kept for it is gone.
  private(set) var isSpent = false

  private static let nextID = Atomic<UInt64>(0)

  init(shape: [Int], parents: [GradientNode?] = [], passBack: ((Tensor) -> [Tensor?])? = nil) {
    self.id = Self.nextID.wrappingAdd(1, ordering: .relaxed).newValue
    self.shape = shape
    self.parents = parents
    self.passBack = passBack
  }

  var isLeaf: Bool { passBack == nil && !isSpent }

  /// Whether gradients are to be computed for it.
  var wantsGradient: Bool { !(isLeaf && isFrozen) }

  func setGradient(_ new: Tensor?) {
    gradient = new?.detached()
    ownsGradient = false
  }

  /// Adds to the gradient gathered so far.
  func add(_ more: Tensor) {
    guard let sum = gradient else {
      // What a leaf shows as its gradient can be written to, so it repeats no memory (as the way back of a sum does).
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

  /// The gradient so far as memory of this node's own, zeros at first.
  func ownedGradient() -> Tensor {
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
    guard let passBack, let gradient else { return }
    self.passBack = nil
    self.gradient = nil
    isSpent = true
    let parents = self.parents
    self.parents = []
    for (parent, part) in zip(parents, passBack(gradient)) {
      guard let parent, let part, parent.wantsGradient else { continue }
      precondition(
        part.shape == parent.shape, "a gradient of shape \(part.shape) for a value of shape \(parent.shape)")
      parent.add(part)
    }
  }

  deinit {
    // A long chain of nodes must not be freed by recursion: take it apart link by link.
    var chain = parents.compactMap { $0 }
    parents = []
    passBack = nil
    while var node = chain.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      chain.append(contentsOf: node.parents.lazy.compactMap { $0 })
      node.passBack = nil
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

  /// The gradient that `backward()` gathered in this leaf, or `nil` before the first one. A new one has the leaf's shape.
  public var grad: Tensor? {
    get { node?.gradient }
    nonmutating set {
      if let newValue, newValue.shape != shape {
        fail("grad", "a gradient of shape \(newValue.shape) does not fit a tensor of shape \(shape)")
      }
      node?.setGradient(newValue)
    }
  }

  /// The same result with a memory of how to pass gradients back, if any operand wants one.
  ///
  /// - Parameters:
  ///   - operands: what the result was computed from.
  ///   - backward: turns the gradient of the result into those of the operands, in the same order;
  ///     `nil` for an operand that needs none.
  func recording(_ operands: Tensor..., backward: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    recording(operands, backward: backward)
  }

  func recording(_ operands: [Tensor], backward: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    guard GradientMode.isRecording, operands.contains(where: { $0.requiresGrad }) else { return self }
    var result = self
    result.node = GradientNode(
      shape: shape, parents: operands.map { $0.requiresGrad ? $0.node : nil }, passBack: backward)
    return result
  }

  /// Computes the gradients of this single number with respect to every leaf that it depends on, and adds them
  /// to the leaves' `grad`. The graph is used up: what was kept for it is freed, and no part of it can be passed again.
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
