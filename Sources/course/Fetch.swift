import ArgumentParser
import Hub
import LessonInput
import Notebook

struct Fetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetches models from the hub, and prints their directories.",
    discussion: """
      Only the files that a model needs are fetched, once, into the cache that huggingface_hub uses (HF_HOME, \
      HF_HUB_CACHE). A fetch that was interrupted goes on where it ended. Lessons take the same names: --model \
      organization/name. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean elsewhere.
      """)

  @Argument(
    help: ArgumentHelp(
      "Names of models: openai/clip-vit-base-patch32, or with a branch, tag or commit behind an @.", valueName: "name"))
  var names: [String]

  func run() throws {
    for name in try names.map({ try RepositoryName($0) }) {
      StandardStreams.write(try HubAccess.snapshot(of: name) + "\n")
    }
  }
}
