// swift-tools-version: 6.2
import Foundation
import PackageDescription

// MARK: Compiler settings

// `swift run` builds debug, and an engine without optimization is a hundred times slower, so targets ask
// for optimization themselves. On x86-64 they also ask for an instruction set with fused multiply-add:
// without one, every `addingProduct` is a call of `fmaf`. The results are the same bytes on each.
// `TENSORS_MARCH=native swift run …` chooses another one; `baseline` asks for none.
#if arch(x86_64)
  let requestedArchitecture = ProcessInfo.processInfo.environment["TENSORS_MARCH"] ?? defaultArchitecture()
  let architecture = requestedArchitecture == "baseline" ? [] : ["-Xcc", "-march=\(requestedArchitecture)"]
#else
  let architecture: [String] = []
#endif

/// x86-64-v3 (AVX2 and FMA, 2013) unless Linux says that this processor has no FMA.
///
/// A package that depends on a version of this one may be shipped to other processors, so nothing is asked for there:
/// who builds it decides, by `TENSORS_MARCH` or for all targets at once by `swift build -Xcc -march=…`.
func defaultArchitecture() -> String {
  if Context.packageDirectory.split(separator: "/").dropLast().last == "checkouts" { return "baseline" }
  guard let info = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "x86-64-v3" }
  return info.contains(" fma ") && info.contains(" avx2 ") ? "x86-64-v3" : "baseline"
}

/// A square root of a vector is one instruction only if no lane has to report an error through `errno`.
let mathematics = ["-Xcc", "-fno-math-errno"]

/// Libraries are optimized across their files.
let library: [SwiftSetting] = [
  .unsafeFlags(["-O", "-wmo", "-num-threads", "2", "-disable-batch-mode"] + architecture + mathematics)
]
/// Programs and lessons build one file at a time, so that an edit runs again within seconds.
let program: [SwiftSetting] = [.unsafeFlags(["-O"] + architecture + mathematics)]
/// Lessons are not optimized in debug builds: an optimizer loses the line of a mistake, and a lesson's time is the
/// libraries' anyway.
let lesson: [SwiftSetting] = [.unsafeFlags(architecture + mathematics), .defaultIsolation(MainActor.self)]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

// MARK: Lessons: one executable for each section of the module

/// What the lessons import that run published models.
let publishedModels: [Target.Dependency] = [
  "Checkpoints", "Datasets", "Evaluation", "Images", "Layers", "LessonInput", "Pretrained", "Notebook", "Support",
  "Tensors", "Training", argumentParser,
]

/// The lessons with all that each imports, and nothing else: a change in a library builds only its users again.
let lessons: [(name: String, imports: [Target.Dependency])] = [
  (
    "Lesson01_Objectives",
    ["CourseKit", "Datasets", "Images", "Layers", "Models", "Notebook", "Plots", "Tensors"]
  ),
  (
    "Lesson02_Prerequisites",
    [
      "Checkpoints", "Datasets", "Images", "Layers", "Notebook", "Plots", "Pretrained", "Tensors", "Tokenizers",
      "Training",
    ]
  ),
  ("Lesson03_Multimodal", ["Images", "Layers", "Models", "Notebook", "Plots", "Tensors"]),
  (
    "Lesson04_ViT",
    [
      "Datasets", "Evaluation", "Images", "Layers", "LessonInput", "Models", "Notebook", "Plots", "Pretrained",
      "Support",
      "Tensors", argumentParser,
    ]
  ),
  (
    "Lesson05_CLIP",
    ["Datasets", "Evaluation", "Images", "Layers", "Models", "Notebook", "Plots", "Tensors", "Training"]
  ),
  ("Lesson06_PretrainedCLIP", ["Plots", "Tokenizers"] + publishedModels),
  ("Lesson07_Captioning", ["Plots"] + publishedModels),
  ("Lesson08_VQA", ["Plots"] + publishedModels),
  ("Lesson09_BLIP2", ["Plots"] + publishedModels),
  (
    "Lesson10_Interview",
    [
      "Checkpoints", "CourseKit", "Datasets", "Evaluation", "Images", "Layers", "Models", "Plots", "Pretrained",
      "Notebook",
      "Tensors", argumentParser,
    ]
  ),
  ("Lesson11_Summary", ["CourseKit", "Datasets", "Notebook", "Plots"]),
  ("Lesson12_References", ["CourseKit", "Datasets", "Notebook", "Plots", "Tokenizers", "Training"]),
  ("Lesson13_TextToImage", ["Plots"] + publishedModels),
  ("Lesson14_DocumentUnderstanding", ["Plots"] + publishedModels),
]

func lessonTarget(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: imports,
    path: "Lessons/\(name)",
    // `course exercise` compiles the exercises, each a program of its own; `course quiz` reads the questions.
    exclude: ["_Objectives", "_Summary", "_References"].contains(where: name.hasSuffix)
      ? [] : ["Exercises", "quiz.md"],
    swiftSettings: lesson)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: dependencies + ["TestSupport"],
    exclude: exclude,
    swiftSettings: program)
}

/// What other packages may depend on: the engine, and what a program needs to run published models.
let libraries = [
  "Support", "Tensors", "Layers", "Models", "Pretrained", "Checkpoints", "Tokenizers", "Images", "Datasets", "Hub",
]

let package = Package(
  name: "multimodal-course",
  platforms: [.macOS(.v15)],
  products: libraries.map { .library(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CCurl"),
    .target(name: "Support", swiftSettings: library),
    .target(
      name: "Tensors", dependencies: ["CPrefetch", "Support"], swiftSettings: library,
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Layers", dependencies: ["Support", "Tensors"], swiftSettings: library),
    .target(name: "Exercises", dependencies: ["Tensors"], swiftSettings: library),
    .target(name: "Models", dependencies: ["Layers", "Support", "Tensors"], swiftSettings: library),
    .target(
      name: "Pretrained", dependencies: ["Checkpoints", "Images", "Layers", "Support", "Tensors", "Tokenizers"],
      swiftSettings: library),
    .target(name: "Checkpoints", dependencies: ["Support", "Tensors"], swiftSettings: library),
    .target(name: "Tokenizers", dependencies: ["Support"], resources: [.copy("Resources")], swiftSettings: library),
    .target(name: "Images", dependencies: ["CPNG", "Support", "Tensors"], swiftSettings: library),
    .target(name: "Hub", dependencies: ["CCurl", "Support"], swiftSettings: library),
    .target(
      name: "Datasets", dependencies: ["Images", "Support", "Tensors"], resources: [.copy("Resources")],
      swiftSettings: library),
    .target(
      name: "Evaluation", dependencies: ["Datasets", "Images", "Pretrained", "Support", "Tensors", "Tokenizers"],
      swiftSettings: library),
    .target(
      name: "Training",
      dependencies: [
        "Checkpoints", "Datasets", "Evaluation", "Images", "Layers", "Pretrained", "Support", "Tensors", "Tokenizers",
      ],
      resources: [.copy("Resources")], swiftSettings: library),
    .target(name: "Notebook", dependencies: ["Images", "Support", "Tensors", argumentParser], swiftSettings: library),
    .target(name: "Plots", dependencies: ["Images", "Notebook", "Support", "Tensors"], swiftSettings: library),
    .target(name: "Weaver", dependencies: ["CourseKit", "Images", "Notebook", "Support"], swiftSettings: library),
    .target(
      name: "LessonInput",
      dependencies: ["Checkpoints", "Datasets", "Hub", "Images", "Notebook", "Pretrained", "Support", argumentParser],
      swiftSettings: library),
    .target(name: "CourseKit", dependencies: ["Notebook", "Support"], swiftSettings: library),
    .target(
      name: "Verification", dependencies: ["Checkpoints", "Layers", "Pretrained", "Notebook", "Support", "Tensors"],
      swiftSettings: library),
    .executableTarget(
      name: "course",
      dependencies: [
        "CourseKit", "Datasets", "Exercises", "Hub", "Images", "LessonInput", "Models", "Notebook", "Support",
        "Tensors", "Training", "Verification", "Weaver", argumentParser,
      ],
      swiftSettings: program),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Checkpoints", "CourseKit", "Datasets", "Images", "Layers", "Models", "Pretrained", "Notebook", "Support",
        "Tensors", "Tokenizers", argumentParser,
      ],
      resources: [.embedInCode("torch_worker.py")], swiftSettings: program),

    .target(
      name: "TestSupport", dependencies: ["Support", "Tensors"], path: "Tests/TestSupport", swiftSettings: library),
    .target(name: "HubServer", dependencies: ["Support"], path: "Tests/HubServer/Server", swiftSettings: library),
    .executableTarget(
      name: "RunHubServer", dependencies: ["HubServer", "Support"], path: "Tests/HubServer/Program",
      swiftSettings: program),
    .executableTarget(
      name: "FetchFromHub", dependencies: ["Hub"], path: "Tests/HubServer/Fetch", swiftSettings: program),
    tests("Support", ["Support"]),
    tests("Tensors", ["Support", "Tensors"], exclude: ["fit_elementary.py", "measure_elementary.py"]),
    tests("Layers", ["Layers", "Tensors"]),
    .testTarget(name: "ExercisesTests", dependencies: ["Exercises", "Tensors"], swiftSettings: program),
    tests("Models", ["Models", "Layers", "Tensors"]),
    tests(
      "Pretrained",
      ["Pretrained", "Checkpoints", "Datasets", "Images", "Layers", "Support", "Tensors", "Tokenizers"]),
    tests("Checkpoints", ["Checkpoints", "Support"]),
    tests("Verification", ["Support", "Verification", "Checkpoints", "Pretrained", "Training"]),
    tests("Tokenizers", ["Support", "Tokenizers"]),
    tests(
      "Training",
      [
        "Support", "Training", "Checkpoints", "Datasets", "Evaluation", "Images", "Layers", "Pretrained", "Tensors",
        "Tokenizers",
      ]),
    .testTarget(
      name: "LessonInputTests", dependencies: ["Hub", "HubServer", "Images", "LessonInput", "Support"],
      swiftSettings: program),
    tests("Hub", ["Hub", "CourseKit", "FetchFromHub", "HubServer", "Support"]),
    tests("Images", ["Images", "Support", "Tensors"]),
    tests("Datasets", ["Datasets", "Images", "Support", "Tensors"]),
    tests("Evaluation", ["Evaluation", "Datasets", "Images", "Support", "Tensors"]),
    tests(
      "Guide",
      ["Checkpoints", "Images", "Layers", "Models", "Pretrained", "Tensors", "Tokenizers", "Training"],
      exclude: ["check_python.py"]),
    .executableTarget(
      name: "SampleLesson", dependencies: ["Images", "Notebook", "Tensors", argumentParser], path: "Tests/SampleLesson",
      swiftSettings: lesson),
    .executableTarget(
      name: "SampleMistakes", dependencies: ["Layers", "Tensors"], path: "Tests/SampleMistakes",
      exclude: ["mistakes.py"], swiftSettings: lesson),
    tests("Notebook", ["Notebook", "SampleLesson", "SampleMistakes", "CourseKit", "Images"]),
    tests("Plots", ["Plots", "Images", "Notebook", "Support", "Tensors"]),
    tests("Weaver", ["Support", "Weaver", "CourseKit", "Images", "Notebook", "Tensors"]),
    tests("CourseKit", ["CourseKit", "Notebook", "SampleLesson", "Support"]),
    tests("Course", ["course", "bench", "CourseKit", "Training", "Lesson11_Summary", "Lesson12_References"]),
    .testTarget(
      name: "LessonTests",
      dependencies: ["CourseKit", "TestSupport", "Images", "Weaver"]
        + lessons.map { .target(name: $0.name) },
      swiftSettings: program),
  ] + lessons.map(lessonTarget)
)
