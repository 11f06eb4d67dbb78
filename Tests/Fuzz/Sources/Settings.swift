import Pretrained
import Support

/// Reads a text as the settings of a model, as those of its generation and as those of an image processor. Settings that
/// are read are written so that they are read alike.
func readSettings(_ bytes: [UInt8]) throws {
  let json = try bytes.withUnsafeBytes { try JSON(parsing: $0, file: "config.json") }
  require(try JSON(parsing: Array(json.text(.line).utf8), file: nil).text(.line) == json.text(.line))
  var errors: [any Error] = []
  func collectErrors(_ body: () throws -> Void) {
    do { try body() } catch { errors.append(error) }
  }
  collectErrors { try readImageProcessor(bytes) }
  collectErrors {
    folder.write(bytes, to: "generation_config.json")
    _ = try GenerationOptions(GenerationConfiguration(contentsOf: folder.path("generation_config.json")))
  }
  guard case .object(let object) = json else { return }
  collectErrors { try readModelSettings(object) }
  collectErrors { _ = try GenerationOptions(GenerationConfiguration(modelConfiguration: object, file: "config.json")) }
  if let error = errors.first { throw error }
}

private func readModelSettings(_ object: JSON.Object) throws {
  let configuration = try ModelConfiguration.read(object, file: "config.json")
  do {
    let written = try configuration.json()
    let again = try ModelConfiguration.read(written, file: "config.json")
    require(try again.json() == written)
  } catch {
    preconditionFailure("settings that were read cannot be written and read again: \(error)")
  }
}

private func readImageProcessor(_ bytes: [UInt8]) throws {
  let configuration = try ImageProcessorConfiguration(json: bytes)
  require(try ImageProcessorConfiguration(json: Array(configuration.json().utf8)) == configuration)
  for (height, width) in [(1, 1), (3, 2000), (1_000_000, 1)] {
    guard let size = try? configuration.outputSize(height: height, width: width) else { continue }
    require(size.height > 0 && size.width > 0)
  }
}
