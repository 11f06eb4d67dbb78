import Foundation

/// A recorded JSON value of `Tests/Fixtures`, read by key and index; a path that is not there fails the test by name.
public struct Fixture {
  private let value: Any
  private let path: String

  /// Reads a file of `Tests/Fixtures`.
  public init(_ file: String) throws {
    path = file
    value = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.url(file)), options: [.fragmentsAllowed])
  }

  private init(_ value: Any, _ path: String) {
    self.value = value
    self.path = path
  }

  /// Where a file of `Tests/Fixtures` is.
  public static func url(_ file: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures").appending(path: file)
  }

  /// The value under a key.
  public subscript(key: String) -> Fixture {
    guard let inner = (value as? [String: Any])?[key] else { fatalError("no \(key) in \(path)") }
    return Fixture(inner, "\(path)/\(key)")
  }

  /// The value at an index.
  public subscript(index: Int) -> Fixture {
    guard let list = value as? [Any], index < list.count else { fatalError("no \(index) in \(path)") }
    return Fixture(list[index], "\(path)/\(index)")
  }

  /// Its keys in alphabetical order.
  public var keys: [String] { ((value as? [String: Any])?.keys.sorted()) ?? [] }

  /// All numbers in it, nested lists one after the other.
  public var floats: [Double] {
    if let number = value as? NSNumber { return [number.doubleValue] }
    guard let list = value as? [Any] else { fatalError("no numbers in \(path)") }
    return list.flatMap { Fixture($0, path).floats }
  }

  /// The only number in it.
  public var number: Double { floats[0] }

  /// All whole numbers in it.
  public var integers: [Int] { floats.map { Int($0) } }

  /// Its text.
  public var text: String { (value as? String) ?? "" }

  /// How many parts a list has.
  public var count: Int { (value as? [Any])?.count ?? 0 }
}
