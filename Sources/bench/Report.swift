import Foundation
import Notebook

/// The result as a table for people or as JSON for programs.
enum Report {
  static func table(_ comparisons: [Comparison]) -> String {
    let hasTorch = comparisons.contains { $0.torch != nil }
    let header =
      ["workload", "ms", "GFLOP/s", "MiB"]
      + (hasTorch ? ["torch ms", "GFLOP/s", "MiB", "time ratio", "memory ratio"] : [])
    let rows = comparisons.map { row in
      [.text(row.name)] + cells(row.ours) + (row.torch.map(cells) ?? [])
        + [row.timeRatio, row.memoryRatio].compactMap { $0.map { Cell.fixed($0, decimals: 2) } }
    }
    return TextTable(header, rows).lines.joined(separator: "\n")
  }

  private static func cells(_ measurement: Measurement) -> [Cell] {
    [
      .fixed(measurement.seconds * 1000, decimals: measurement.seconds < 0.01 ? 4 : 1),
      .fixed(measurement.gigaflops, decimals: 1),
      .fixed(Double(measurement.peakBytes) / 1_048_576, decimals: 0),
    ]
  }

  static func json(_ comparisons: [Comparison], threads: Int) throws -> String {
    struct Row: Encodable {
      let name: String
      let ours: Measurement
      let torch: Measurement?
      let timeRatio: Double?
      let memoryRatio: Double?
    }
    struct Document: Encodable {
      let threads: Int
      let workloads: [Row]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let document = Document(
      threads: threads,
      workloads: comparisons.map {
        Row(name: $0.name, ours: $0.ours, torch: $0.torch, timeRatio: $0.timeRatio, memoryRatio: $0.memoryRatio)
      })
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
