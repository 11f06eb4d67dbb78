#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many cores this program may use: in a container these are often fewer than the machine has, and threads beyond
/// them only wait for each other.
enum CoreCount {
  /// The cores that the system lets this process run on, or fewer if its share of processor time is smaller.
  static let available: Int = {
    let online = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #if os(Linux)
      let bound = readText("/proc/self/status").flatMap { allowed(status: $0) } ?? online
      // The list may name cores that could be plugged in but are not there.
      let usable = min(bound, online)
      guard let quota = ControlGroups(readText).coreQuota else { return usable }
      // Whole cores: with one that is there for a part of the time, all threads would wait for it.
      return max(1, min(usable, Int(min(quota, 1e6))))
    #else
      return online
    #endif
  }()

  /// How many cores a process is bound to (by `taskset`, or a container's set of processors), from the text of Linux's
  /// `/proc/self/status`: `Cpus_allowed_list: 0-3,8`. (Swift does not see the call `sched_getaffinity`.)
  static func allowed(status text: String) -> Int? {
    let key = "Cpus_allowed_list:"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
      return nil
    }
    var count = 0
    for range in line.dropFirst(key.count).split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0.filter { !$0.isWhitespace }) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
        first <= last, last < 1 << 20
      else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  #if os(Linux)
    /// The beginning of a small file of the system's.
    private static func readText(_ path: String) -> String? {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      if descriptor < 0 { return nil }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &bytes, bytes.count)
      return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  #endif
}

/// The share of processor time that Linux's control groups leave a process, from the texts of their files.
struct ControlGroups {
  private let read: (String) -> String?

  /// - Parameter read: the text of a file, or `nil` if there is none.
  init(_ read: @escaping (String) -> String?) { self.read = read }

  /// How many cores' time the process may use, at most; `nil` if nothing limits it.
  ///
  /// A group's limit holds for all groups within it, so that of each group on the way up counts. In a container the
  /// path is often that of the machine and is not there; the container's own group is then the top one.
  var coreQuota: Double? {
    guard let groups = read("/proc/self/cgroup") else { return nil }
    var limits: [Double] = []
    for line in groups.split(separator: "\n") {
      // hierarchy:controllers:path
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[1].isEmpty {
        for folder in Self.folders(parts[2]) {
          if let text = read("/sys/fs/cgroup\(folder)/cpu.max"), let limit = Self.limit(max: text) {
            limits.append(limit)
          }
        }
      } else if parts[1].split(separator: ",").contains("cpu") {
        for mount in ["cpu", String(parts[1])] {
          for folder in Self.folders(parts[2]) {
            let group = "/sys/fs/cgroup/\(mount)\(folder)"
            if let quota = read("\(group)/cpu.cfs_quota_us"),
              let period = read("\(group)/cpu.cfs_period_us"),
              let limit = Self.limit(quota: quota, period: period)
            {
              limits.append(limit)
            }
          }
        }
      }
    }
    return limits.min()
  }

  /// A group's path and those of the groups around it, up to the top one, which is empty.
  private static func folders(_ path: Substring) -> [String] {
    var names = path.split(separator: "/")
    var folders: [String] = []
    while !names.isEmpty {
      folders.append("/" + names.joined(separator: "/"))
      names.removeLast()
    }
    return folders + [""]
  }

  /// The limit in `cpu.max` (version 2): `QUOTA PERIOD` in microseconds, or `max PERIOD` for none.
  private static func limit(max text: String) -> Double? {
    let words = text.split { $0.isWhitespace }
    guard words.count == 2 else { return nil }
    return limit(quota: String(words[0]), period: String(words[1]))
  }

  /// The limit in `cpu.cfs_quota_us` and `cpu.cfs_period_us` (version 1); a quota of -1 is none.
  private static func limit(quota: String, period: String) -> Double? {
    func number(_ text: String) -> Int? { text.split { $0.isWhitespace }.first.flatMap { Int($0) } }
    guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else {
      return nil
    }
    return Double(quota) / Double(period)
  }
}
