/// Where the boxes, frames and arrows of a diagram stand, in pixels or in characters.
struct DiagramLayout {
  typealias Point = (x: Int, y: Int)

  struct Box {
    let kind: DiagramPart.Kind
    let name, note: [String]
    let x, y, width, height: Int
  }

  struct Frame {
    let title: String
    let x, y, width, height: Int
  }

  struct Arrow {
    let points: [Point]
    let hasHead: Bool
    /// Whether it begins at the lower edge of something, not in the middle of another line.
    let leavesEdge: Bool
  }

  struct Label {
    let text: String
    let x, y: Int
  }

  let metrics: DiagramMetrics
  private(set) var size: (width: Int, height: Int) = (0, 0)
  private(set) var boxes: [Box] = []
  private(set) var frames: [Frame] = []
  private(set) var arrows: [Arrow] = []
  /// Texts beside arrows; `y` is the middle of the line.
  private(set) var labels: [Label] = []
  /// Centers of the signs that add.
  private(set) var sums: [Point] = []
  private let linkGap: Int
  /// The room between chains side by side, as columns.
  private var gaps: [ClosedRange<Int>] = []

  init(_ parts: [DiagramPart], _ links: [DiagramLink], _ metrics: DiagramMetrics) {
    self.metrics = metrics
    let labelWidth = links.map { metrics.textWidth($0.label) }.max()
    linkGap = max(metrics.gap, (labelWidth ?? 0) + 4 * metrics.labelOffset)
    let block = measure(parts)
    size = (block.width, block.height)
    placeChain(parts, x: 0, y: 0, block)
    for link in links { place(link) }
  }

  // MARK: Measuring

  /// The room of a part, and where its arrows go in and out.
  private struct Block {
    var width = 0
    var height = 0
    /// The column of the arrows, from the left.
    var axis = 0
    /// From the top to where an arrow that comes in ends.
    var entry = 0
    /// From the bottom to where an arrow that goes out begins.
    var exit = 0
    /// Whether an arrow that comes in has its head there.
    var takesHead = true
  }

  private func measure(_ parts: [DiagramPart]) -> Block {
    var block = Block()
    var (left, right) = (metrics.gap / 2, metrics.gap / 2)
    for (index, part) in parts.enumerated() {
      let inner = measure(part, isFirst: index == 0, isLast: index == parts.count - 1)
      left = max(left, inner.axis)
      right = max(right, inner.width - inner.axis)
      if case .box(_, _, _, let shape) = part, !shape.isEmpty, index < parts.count - 1 {
        right = max(right, metrics.labelOffset + metrics.textWidth(shape))
      }
      block.height += inner.height + (index == 0 ? 0 : metrics.arrow)
      if index == 0 { (block.entry, block.takesHead) = (inner.entry, inner.takesHead) }
      block.exit = inner.exit
    }
    (block.width, block.axis) = (left + right, left)
    return block
  }

  private func measure(_ part: DiagramPart, isFirst: Bool, isLast: Bool) -> Block {
    switch part {
    case .box(_, let name, let note, _):
      let lines = metrics.lines(name) + metrics.lines(note).filter { !$0.isEmpty }
      let width = (lines.map(metrics.textWidth).max() ?? 0) + 2 * metrics.padding.x
      return Block(
        width: width, height: lines.count * metrics.lineHeight + 2 * metrics.padding.y, axis: width / 2)
    case .frame(let title, let parts):
      var block = measure(parts)
      let head = metrics.framePadding.y + metrics.lineHeight
      // The name stands to the left of the arrow that comes in.
      let axis = max(block.axis + metrics.framePadding.x, metrics.textWidth(title) + 2 * metrics.padding.x)
      block.width += axis - block.axis + metrics.framePadding.x
      block.height += head + metrics.framePadding.y
      block.axis = axis
      block.entry += head
      block.exit += metrics.framePadding.y
      return block
    case .residual(let parts):
      var block = measure(parts)
      block.width += metrics.lane
      block.height += metrics.stub + metrics.arrow + metrics.plus
      block.entry += metrics.stub
      block.exit = 0
      return block
    case .parallel(let branches):
      let blocks = branches.map(measure)
      let width = blocks.reduce(0) { $0 + $1.width } + max(branches.count - 1, 0) * linkGap
      let above = isFirst ? 0 : metrics.fork
      let below = isLast ? 0 : metrics.fork
      return Block(
        width: width, height: (blocks.map(\.height).max() ?? 0) + above + below, axis: width / 2,
        entry: above / 2, exit: isLast ? 0 : (metrics.fork + 1) / 2, takesHead: false)
    }
  }

  // MARK: Placing

  private mutating func placeChain(_ parts: [DiagramPart], x: Int, y: Int, _ block: Block) {
    let axis = x + block.axis
    var top = y
    var start: Int?
    for (index, part) in parts.enumerated() {
      let (isFirst, isLast) = (index == 0, index == parts.count - 1)
      let inner = measure(part, isFirst: isFirst, isLast: isLast)
      if let start, index > 0 {
        arrows.append(
          Arrow(points: [(axis, start), (axis, top + inner.entry)], hasHead: inner.takesHead, leavesEdge: true))
        if case .box(_, _, _, let shape) = parts[index - 1], !shape.isEmpty {
          labels.append(Label(text: shape, x: axis + metrics.labelOffset, y: top - (metrics.arrow + 1) / 2))
        }
      }
      place(part, x: axis - inner.axis, y: top, inner, isFirst: isFirst, isLast: isLast)
      start = top + inner.height - inner.exit
      top += inner.height + metrics.arrow
    }
  }

  private mutating func place(_ part: DiagramPart, x: Int, y: Int, _ block: Block, isFirst: Bool, isLast: Bool) {
    switch part {
    case .box(let kind, let name, let note, _):
      boxes.append(
        Box(
          kind: kind, name: metrics.lines(name), note: metrics.lines(note).filter { !$0.isEmpty }, x: x, y: y,
          width: block.width, height: block.height))
    case .frame(let title, let parts):
      frames.append(Frame(title: title, x: x, y: y, width: block.width, height: block.height))
      let inner = measure(parts)
      placeChain(
        parts, x: x + block.axis - inner.axis, y: y + metrics.framePadding.y + metrics.lineHeight, inner)
    case .residual(let parts):
      placeResidual(parts, x: x, y: y, block)
    case .parallel(let branches):
      placeBranches(branches, x: x, y: y, block, isFirst: isFirst, isLast: isLast)
    }
  }

  private mutating func placeResidual(_ parts: [DiagramPart], x: Int, y: Int, _ block: Block) {
    let inner = measure(parts)
    let axis = x + block.axis
    placeChain(parts, x: x, y: y + metrics.stub, inner)
    let bottom = y + metrics.stub + inner.height
    let sum = bottom + metrics.arrow
    arrows.append(
      Arrow(points: [(axis, bottom - inner.exit), (axis, sum)], hasHead: true, leavesEdge: true))
    sums.append((axis, sum + metrics.plus / 2))
    let lane = x + inner.width + metrics.lane / 2
    let end = axis + metrics.plus / 2
    arrows.append(
      Arrow(
        points: [(axis, y), (lane, y), (lane, sum + metrics.plus / 2), (end, sum + metrics.plus / 2)],
        hasHead: true, leavesEdge: false))
  }

  private mutating func placeBranches(
    _ branches: [[DiagramPart]], x: Int, y: Int, _ block: Block, isFirst: Bool, isLast: Bool
  ) {
    let axis = x + block.axis
    let top = y + (isFirst ? 0 : metrics.fork)
    let end = y + block.height - (isLast ? 0 : metrics.fork)
    let join = y + block.height - block.exit
    var left = x
    for branch in branches {
      let inner = measure(branch)
      let column = left + inner.axis
      if !isFirst, !branch.isEmpty {
        arrows.append(
          Arrow(
            points: [(axis, y + block.entry), (column, y + block.entry), (column, top + inner.entry)],
            hasHead: inner.takesHead, leavesEdge: false))
      }
      placeChain(branch, x: left, y: top, inner)
      if !isLast {
        // An empty branch goes through unchanged.
        let start = branch.isEmpty ? (isFirst ? end : y + block.entry) : top + inner.height - inner.exit
        let bend = branch.isEmpty && !isFirst ? [(axis, start)] : []
        arrows.append(
          Arrow(
            points: bend + [(column, start), (column, join), (axis, join)], hasHead: false,
            leavesEdge: !branch.isEmpty))
      }
      left += inner.width + linkGap
      gaps.append(left - linkGap...left)
    }
  }

  // MARK: Links

  /// The edges that a link connects: x of its beginning and of its end; nil if the boxes are not side by side.
  func sides(of link: DiagramLink) -> (start: Point, end: Point)? {
    guard let source = boxes.first(where: { $0.name == metrics.lines(link.source) }),
      let target = boxes.first(where: { $0.name == metrics.lines(link.target) })
    else { return nil }
    let (from, to) = (source.y + source.height / 2, target.y + target.height / 2)
    if source.x + source.width < target.x { return ((source.x + source.width, from), (target.x, to)) }
    if target.x + target.width < source.x { return ((source.x, from), (target.x + target.width, to)) }
    return nil
  }

  private mutating func place(_ link: DiagramLink) {
    guard let (start, end) = sides(of: link) else { return }
    // The arrow turns between the chains, beside its label.
    let between = gaps.first { $0.lowerBound >= min(start.x, end.x) && $0.upperBound <= max(start.x, end.x) }
    let middle = between.map { $0.lowerBound + metrics.labelOffset } ?? (start.x + end.x) / 2
    let isSteep = abs(start.y - end.y) >= 2 * metrics.lineHeight
    arrows.append(
      Arrow(points: [start, (middle, start.y), (middle, end.y), end], hasHead: true, leavesEdge: false))
    if !link.label.isEmpty {
      labels.append(
        Label(
          text: link.label, x: middle + metrics.labelOffset,
          y: (start.y + end.y) / 2 - (isSteep ? 0 : metrics.lineHeight)))
    }
  }
}
