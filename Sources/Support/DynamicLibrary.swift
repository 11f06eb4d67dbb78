#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A C library that is looked up when it is first needed.
///
/// Nothing in the course needs JPEG, WebP or a download, so the package must build and run without these libraries, and
/// start without waiting for them. Linking against them where `Package.swift` finds their headers would do the first, but
/// the package manager keeps a manifest's answer: who installs a library later would not get it. Looked up at run time it
/// works from the next run on, with no build at all.
package struct DynamicLibrary {
  private let handle: UnsafeMutableRawPointer

  /// The library, or nil where it is not installed.
  ///
  /// - Parameters:
  ///   - name: the library's name without `lib`, such as `webp`.
  ///   - version: the number of its interface, by which Linux tells libraries apart.
  ///   - formula: the name of Homebrew's package.
  package init?(_ name: String, version: Int, formula: String) {
    let paths =
      ["lib\(name).so.\(version)", "lib\(name).so", "lib\(name).\(version).dylib", "lib\(name).dylib"]
      + ["/opt/homebrew", "/usr/local"].flatMap { folder in
        ["\(folder)/lib/lib\(name).dylib", "\(folder)/opt/\(formula)/lib/lib\(name).dylib"]
      }
    guard let handle = paths.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else { return nil }
    self.handle = handle
  }

  /// A function of the library, or nil if it has none of that name.
  ///
  /// - Parameter type: the function's own type: `dlsym` knows no types, so that another one is not noticed.
  package func function<Function>(_ name: String, as type: Function.Type = Function.self) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: type) }
  }
}
