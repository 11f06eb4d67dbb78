/// A hash table that numbers byte strings in the order in which they were first inserted.
///
/// A `Dictionary` of `String` will not do here: Swift takes strings for equal that Unicode calls canonically
/// equivalent (é as one scalar or two), while a vocabulary tells them apart. And looking up a part of a
/// larger buffer must not allocate.
struct ByteStringTable: Sendable {
  /// The number of an entry plus one, or 0 for a free slot; the count is a power of two.
  private var slots: [Int32]
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]

  init(minimumCapacity: Int = 8) {
    var capacity = 16
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    slots = Array(repeating: 0, count: capacity)
    starts.reserveCapacity(minimumCapacity + 1)
  }

  /// The number of entries.
  var count: Int { starts.count - 1 }

  /// The bytes of an entry.
  subscript(entry: Int) -> ArraySlice<UInt8> { bytes[starts[entry]..<starts[entry + 1]] }

  /// The number of the entry with the given bytes.
  func entry(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let slot = findSlot(key)
    return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
  }

  /// The number of the entry with the given bytes.
  func entry(_ key: String) -> Int? {
    var key = key
    return key.withUTF8 { entry($0) }
  }

  /// Adds an entry unless it is there already, and returns its number.
  @discardableResult
  mutating func insert(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    var slot = findSlot(key)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    if (count + 1) * 2 > slots.count {
      grow()
      slot = findSlot(key)
    }
    bytes.append(contentsOf: key)
    starts.append(bytes.count)
    slots[slot] = Int32(count)
    return count - 1
  }

  /// Adds an entry unless it is there already, and returns its number.
  @discardableResult
  mutating func insert(_ key: String) -> Int {
    var key = key
    return key.withUTF8 { insert($0) }
  }

  /// The slot that holds the key, or the free one where it belongs.
  private func findSlot(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(key))
    let mask = slots.count - 1
    var slot = hasher.finalize() & mask
    while slots[slot] != 0, !isEntry(Int(slots[slot]) - 1, equalTo: key) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func isEntry(_ entry: Int, equalTo key: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[entry]
    guard starts[entry + 1] - start == key.count else { return false }
    for offset in 0..<key.count where bytes[start + offset] != key[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for entry in 0..<count {
      let slot = bytes.withUnsafeBufferPointer { all in
        findSlot(UnsafeBufferPointer(rebasing: all[starts[entry]..<starts[entry + 1]]))
      }
      slots[slot] = Int32(entry + 1)
    }
  }
}
