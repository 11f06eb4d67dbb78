import Foundation

/// What was measured of one subject at one workload.
struct Measurement: Encodable {
  /// Median of one run, in seconds.
  let seconds: Double
  /// Billions of floating-point operations in a second.
  let gigaflops: Double
  /// Peak of the process's memory.
  let peakBytes: Int
  /// How many samples the median is of.
  let samples: Int
}

/// A row of the result.
struct Comparison {
  let name: String
  let ours: Measurement
  let torch: Measurement?
  /// Our time over PyTorch's.
  var timeRatio: Double? { torch.map { ours.seconds / $0.seconds } }
  /// Our peak of memory over PyTorch's.
  var memoryRatio: Double? { torch.map { Double(ours.peakBytes) / Double($0.peakBytes) } }
}

/// How a workload is measured: samples in turn (A B A B), so that a change of the machine's speed affects both alike.
struct Timer {
  let threads: Int
  let python: String?
  /// Samples of each, or `nil` for as many as fit into `budget`.
  let samples: Int?

  /// Seconds of a sample at least; short work is repeated within it.
  private let shortestSample = 0.1
  /// Seconds that the samples of one subject take together, about.
  private let budget = 3.0
  private let sampleCounts = 5...31
  /// Between two turns, so that threads which still wait for more work have gone to sleep.
  private let pause: useconds_t = 20_000

  func measure(_ workload: Workload) throws -> Comparison {
    var subjects = [try Subject.engine(workload, threads: threads)]
    if let python { subjects.append(try Subject.torch(workload, threads: threads, python: python)) }
    defer { for subject in subjects { subject.finish() } }

    // The first runs fill caches and pools; they also say how many runs make a sample.
    let runs = try subjects.map { subject in
      _ = try subject.run(1)
      var count = 1
      var seconds = try subject.run(count)
      while seconds < shortestSample {
        count = max(count * 2, Int(Double(count) * min(100, 1.1 * shortestSample / max(seconds, 1e-9))))
        seconds = try subject.run(count)
      }
      return (count: count, seconds: seconds)
    }
    let slowest = runs.map(\.seconds).max() ?? 1
    let sampleCount = samples ?? min(max(Int(budget / slowest), sampleCounts.lowerBound), sampleCounts.upperBound)
    var times = subjects.map { _ in [Double]() }
    for _ in 0..<sampleCount {
      for (index, subject) in subjects.enumerated() {
        usleep(pause)
        times[index].append(try subject.run(runs[index].count) / Double(runs[index].count))
      }
    }
    let results = try zip(subjects, times).map { subject, times in
      let median = Self.median(times)
      return Measurement(
        seconds: median, gigaflops: workload.operations / median / 1e9, peakBytes: try subject.peakBytes(),
        samples: times.count)
    }
    return Comparison(name: workload.name, ours: results[0], torch: results.dropFirst().first)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
