extension BLIP2Configuration {
  /// The settings of `Salesforce/blip2-opt-2.7b`: the defaults, with OPT-2.7B as its language model, whose vocabulary has
  /// grown by the image's token and places to spare.
  public static let blip2OPT27B: BLIP2Configuration = {
    var configuration = BLIP2Configuration()
    configuration.text.hiddenSize = 2560
    configuration.text.layerCount = 32
    configuration.text.headCount = 32
    configuration.text.intermediateSize = 10_240
    configuration.text.vocabularySize = 50_304
    return configuration
  }()
}
