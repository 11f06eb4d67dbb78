struct CLIPTraining {
  init(_ o: TrainingOptions) {}
  func run(onStep: @escaping TrainingProgress) throws -> TrainingReport { TrainingReport() }
}
