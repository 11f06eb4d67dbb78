/// Calls `body` with so many consecutive elements at a time, to bound memory; the last ones may be fewer.
package func inChunks<Element>(
  _ elements: [Element], of size: Int, _ body: (ArraySlice<Element>) throws -> Void
) rethrows {
  var start = 0
  while start < elements.count {
    let end = min(start + size, elements.count)
    try body(elements[start..<end])
    start = end
  }
}
