/// What an image processor with mean and deviation 0.5 makes of each level of a sample, 0 to 255: numbers from -1 to 1,
/// (level / 255 - 0.5) / 0.5, rounded after each step.
let sampleLevels: [Float] = (0..<256).map { (Float(Double($0) * (1.0 / 255)) - 0.5) / 0.5 }
