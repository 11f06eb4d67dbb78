/// An ordered tree: a label and the trees below it, from left to right.
public struct Tree<Label: Sendable>: Sendable {
  /// What stands at the root.
  public var label: Label
  /// The trees below the root.
  public var children: [Tree]

  /// A tree of a root and what is below it.
  public init(_ label: Label, _ children: [Tree] = []) {
    self.label = label
    self.children = children
  }
}

extension Tree: Equatable where Label: Equatable {}

/// The least cost of insertions, deletions and changes of single nodes that make one tree of another (Zhang and Shasha
/// 1989).
///
/// A deleted node leaves its children to its parent, in its place; an insertion is a deletion read backwards. Time grows
/// with the product of the numbers of nodes times that of the depths (or of the leaves, where these are fewer).
///
/// - Parameters:
///   - size: what it costs to insert or to delete a node with this label.
///   - change: what it costs to give a node another label; 0 for equal ones.
public func treeEditDistance<Label>(
  _ first: Tree<Label>, _ second: Tree<Label>, size: (Label) -> Int, change: (Label, Label) -> Int
) -> Int {
  let (first, second) = (PostOrder(first), PostOrder(second))
  var trees = Array(repeating: Array(repeating: 0, count: second.labels.count), count: first.labels.count)
  for root in first.keyRoots {
    for other in second.keyRoots {
      // forests[i][j]: between the first i nodes of the one subtree and the first j of the other, in postorder.
      let (start, begin) = (first.leftmost[root], second.leftmost[other])
      var forests = Array(repeating: Array(repeating: 0, count: other - begin + 2), count: root - start + 2)
      for i in start...root { forests[i - start + 1][0] = forests[i - start][0] + size(first.labels[i]) }
      for j in begin...other { forests[0][j - begin + 1] = forests[0][j - begin] + size(second.labels[j]) }
      for i in start...root {
        for j in begin...other {
          let (row, column) = (i - start + 1, j - begin + 1)
          let deleted = forests[row - 1][column] + size(first.labels[i])
          let inserted = forests[row][column - 1] + size(second.labels[j])
          let areTrees = first.leftmost[i] == start && second.leftmost[j] == begin
          let kept =
            areTrees
            ? forests[row - 1][column - 1] + change(first.labels[i], second.labels[j])
            : forests[first.leftmost[i] - start][second.leftmost[j] - begin] + trees[i][j]
          forests[row][column] = min(deleted, inserted, kept)
          if areTrees { trees[i][j] = forests[row][column] }
        }
      }
    }
  }
  return trees[first.labels.count - 1][second.labels.count - 1]
}

/// A tree's nodes in postorder: the children before their parent, from left to right.
private struct PostOrder<Label: Sendable> {
  var labels: [Label] = []
  /// For each node the first node of its subtree, the leaf at its left end.
  var leftmost: [Int] = []

  /// The last node of those that begin at the same leaf: the root, and each child that has a brother to its left.
  var keyRoots: [Int] { labels.indices.filter { node in !leftmost[(node + 1)...].contains(leftmost[node]) } }

  init(_ tree: Tree<Label>) { add(tree) }

  private mutating func add(_ tree: Tree<Label>) {
    let first = labels.count
    for child in tree.children { add(child) }
    labels.append(tree.label)
    leftmost.append(first)
  }
}
