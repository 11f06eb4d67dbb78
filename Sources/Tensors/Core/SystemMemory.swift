#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system says of its memory.
enum SystemMemory {
  /// How much a program could still use without being ended for it; `nil` where the system does not say.
  static var availableBytes: Int? {
    #if os(Linux)
      let machine = text("/proc/meminfo").map { field("MemAvailable:", $0) + field("SwapFree:", $0) }
      return [machine, groupBytes].compactMap { $0 }.min()
    #else
      return nil
    #endif
  }

  #if os(Linux)
    /// What is left of the limit of a container, if there is one (cgroup, version 2 or 1). What its files take in memory
    /// can be given up.
    private static var groupBytes: Int? {
      for (folder, limit, used, cached) in [
        ("/sys/fs/cgroup/", "memory.max", "memory.current", "inactive_file"),
        ("/sys/fs/cgroup/memory/", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
      ] {
        guard let limit = text(folder + limit).flatMap({ number($0) }),
          let used = text(folder + used).flatMap({ number($0) })
        else { continue }
        let files = text(folder + "memory.stat").map { field(cached, $0, unit: 1) } ?? 0
        return max(0, limit - used + files)
      }
      return nil
    }

    /// The number behind a word at the beginning of a line, in bytes.
    private static func field(_ name: String, _ text: String, unit: Int = 1024) -> Int {
      for line in text.split(separator: "\n") where line.hasPrefix(name) {
        return (number(line.dropFirst(name.count)) ?? 0) * unit
      }
      return 0
    }

    private static func number(_ text: some StringProtocol) -> Int? {
      Int(String(text.drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }))
    }

    private static func text(_ path: String) -> String? {
      let file = open(path, O_RDONLY)
      guard file >= 0 else { return nil }
      defer { close(file) }
      var bytes = [UInt8](repeating: 0, count: 8192)
      let count = read(file, &bytes, bytes.count)
      return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
  #endif
}
