/// Starts a progress bar on standard error, shown only on a terminal.
///
/// ```swift
/// let bar = progress("training", total: 600)
/// for step in 0..<600 {
///   …
///   bar.advance(note: "loss 2.30")
/// }
/// bar.finish()
/// ```
/// - Parameter total: how often ``ProgressBar/advance(by:note:)`` will be called.
@MainActor
public func progress(_ label: String, total: Int, file: String = #fileID, line: Int = #line) -> ProgressBar {
  let session = Session.current(for: "progress", file, line)
  session.progressBar?.finish()
  let bar = ProgressBar(label: label, total: total, isVisible: System.Stream.standardError.isTerminal)
  session.progressBar = bar
  return bar
}

/// A bar that fills as work is done: `training  [#######-------------]  35%  00:21 left  loss 0.53`.
@MainActor
public final class ProgressBar {
  private let label: String
  private let total: Int
  /// Whether there is a terminal to draw on.
  public let isVisible: Bool
  private let started = System.seconds
  private var drawn: Double?
  private var isFinished = false
  /// How much has been done.
  public private(set) var done = 0

  /// A bar outside a lesson, shown only where standard error is a terminal.
  public convenience init(_ label: String, total: Int) {
    self.init(label: label, total: total, isVisible: System.Stream.standardError.isTerminal)
  }

  init(label: String, total: Int, isVisible: Bool) {
    self.label = label
    self.total = max(total, 1)
    self.isVisible = isVisible
  }

  /// Counts work that was done, and draws the bar at most ten times a second.
  ///
  /// - Parameter note: a few words behind the bar, such as the loss.
  public func advance(by count: Int = 1, note: @autoclosure () -> String = "") {
    done = min(done + count, total)
    guard isVisible, !isFinished else { return }
    let now = System.seconds
    if let drawn, now - drawn < 0.1, done < total { return }
    drawn = now
    let columns = System.columns(of: .standardError) ?? 80
    let text = Self.line(
      label: label, done: done, total: total, elapsed: now - started, note: note(), columns: columns)
    _ = System.write("\r\u{1B}[K" + text, to: .standardError)
  }

  /// Takes the bar off the terminal.
  public func finish() {
    hide()
    isFinished = true
  }

  /// Clears the bar's line, so that something else can be printed there; the next advance draws it again.
  func hide() {
    guard isVisible, drawn != nil else { return }
    drawn = nil
    _ = System.write("\r\u{1B}[K", to: .standardError)
  }

  /// The bar as text of at most `columns - 1` columns, so that a terminal never wraps it.
  nonisolated static func line(label: String, done: Int, total: Int, elapsed: Double, note: String, columns: Int)
    -> String
  {
    let barWidth = 20
    let filled = done * barWidth / total
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
    let percent = String(done * 100 / total)
    var parts = [label, "[\(bar)]", String(repeating: " ", count: 3 - percent.count) + percent + "%"]
    if done > 0, done < total {
      let left = Int(elapsed / Double(done) * Double(total - done) + 0.5)
      parts.append("\(twoDigits(left / 60)):\(twoDigits(left % 60)) left")
    }
    if !note.isEmpty { parts.append(note) }
    var text = parts.joined(separator: "  ")
    while DisplayWidth.columns(of: text) >= max(columns, 1), !text.isEmpty { text.removeLast() }
    return text
  }

  private nonisolated static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
