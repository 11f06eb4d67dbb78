import Testing

@testable import Tensors

/// How many cores a process may use, from the texts of Linux's control groups.
@Suite struct CoreCountTests {
  private func quota(_ files: [String: String]) -> Double? { ControlGroups { files[$0] }.coreQuota }

  @Test func nothingLimitsAProcessOutsideOfGroups() {
    #expect(quota([:]) == nil)
    #expect(quota(["/proc/self/cgroup": ""]) == nil)
    #expect(quota(["/proc/self/cgroup": "0::/\n"]) == nil)
    #expect(
      quota(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"]) == nil)
  }

  @Test func aContainersLimitIsItsTopGroups() {
    #expect(
      quota(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n"]) == 2)
    #expect(
      quota(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"]) == 1.5)
    // The path is the machine's, and is not there in the container.
    #expect(
      quota(["/proc/self/cgroup": "0::/docker/abc\n", "/sys/fs/cgroup/cpu.max": "50000 100000"])
        == 0.5)
  }

  @Test func theTightestOfTheGroupsAroundCounts() {
    let files = [
      "/proc/self/cgroup": "0::/user.slice/user-1.slice/run.scope\n",
      "/sys/fs/cgroup/user.slice/user-1.slice/run.scope/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/user.slice/user-1.slice/cpu.max": "300000 100000\n",
      "/sys/fs/cgroup/user.slice/cpu.max": "400000 50000\n",
    ]
    #expect(quota(files) == 3)
  }

  @Test func theFirstVersionHasAFileForEachNumber() {
    let group = "11:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n"
    #expect(
      quota([
        "/proc/self/cgroup": group,
        "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "250000\n",
        "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
      ]) == 2.5)
    #expect(
      quota([
        "/proc/self/cgroup": group, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      ]) == 1)
    #expect(
      quota([
        "/proc/self/cgroup": group, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      ]) == nil)
    // cpuset is another controller.
    #expect(
      quota([
        "/proc/self/cgroup": "4:cpuset:/\n", "/sys/fs/cgroup/cpuset/cpu.cfs_quota_us": "100000\n",
        "/sys/fs/cgroup/cpuset/cpu.cfs_period_us": "100000\n",
      ]) == nil)
  }

  @Test(arguments: [
    "", "max", "100000", "0 100000", "-1 100000", "100000 0", "many 100000", "1 2 3", "\u{0}\u{1}",
  ])
  func otherTextsLimitNothing(_ text: String) {
    #expect(quota(["/proc/self/cgroup": "0::/\n:::\nx\n", "/sys/fs/cgroup/cpu.max": text]) == nil)
  }

  @Test func coresThatAProcessIsBoundToAreCounted() {
    #expect(CoreCount.allowed(status: "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n") == 4)
    #expect(CoreCount.allowed(status: "Cpus_allowed_list:\t5\nMems_allowed_list:\t0-7\n") == 1)
    #expect(CoreCount.allowed(status: "Cpus_allowed_list:\t0-1,4,62-127\n") == 69)
  }

  @Test(arguments: [
    "", "Cpus_allowed_list:\t\n", "Cpus_allowed_list:\tx\n", "Cpus_allowed_list:\t3-1",
    "Cpus_allowed:\tf",
  ])
  func otherTextsBindToNothing(_ text: String) {
    #expect(CoreCount.allowed(status: text) == nil)
  }

  @Test func thereIsAtLeastOneCore() {
    #expect(CoreCount.available >= 1)
  }
}
