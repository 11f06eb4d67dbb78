import Tensors

/// What is written into documents: drawn from lists, and partly words that are made up letter by letter, so that a
/// model has to read and cannot guess.
enum DocumentWords {
  private static let items = [
    "COFFEE", "TEA", "MILK", "BREAD", "BUTTER", "CHEESE", "APPLE", "PEAR", "PLUM", "LEMON", "ONION", "RICE", "PASTA",
    "SOUP", "SALAD", "EGGS", "HONEY", "JAM", "CAKE", "COOKIE", "WATER", "JUICE", "COLA", "BEER", "WINE", "FISH", "HAM",
    "STEAK", "PIZZA", "TOAST", "BAGEL", "MUFFIN", "YOGURT", "CREAM", "SUGAR", "SALT", "FLOUR", "BEANS", "CORN", "PEAS",
    "MELON", "MANGO", "GRAPES", "NUTS", "CANDLE", "SOAP", "PENCIL", "PAPER",
  ]
  private static let shops = [
    "BLUE", "SUNNY", "GREEN", "CORNER", "CITY", "RIVER", "STAR", "MAPLE", "ROSE", "HARBOR", "NORTH", "LITTLE", "GOLDEN",
    "OLIVE", "MILLER", "QUEEN", "VIKING", "JOE'S", "ANN'S", "FOX",
  ]
  private static let shopKinds = ["CAFE", "SHOP", "BAKERY", "MARKET", "DELI", "BAR", "FOODS", "STORE"]
  private static let firstNames = [
    "ANNA", "BEN", "CARL", "DORA", "EMMA", "FINN", "GINA", "HUGO", "IDA", "JON", "KIM", "LENA", "MARK", "NINA", "OTTO",
    "PIA", "ROSA", "SAM", "TOM", "UMA", "VERA", "WILL", "YARA", "ZOE",
  ]
  private static let lastNames = [
    "ADAMS", "BELL", "COOK", "DEAN", "ELLIS", "FORD", "GRAY", "HILL", "IVES", "JONES", "KING", "LANE", "MOORE", "NASH",
    "OWEN", "PARK", "QUINN", "REED", "STONE", "VANCE", "WEST", "YOUNG",
  ]
  private static let cities = [
    "OSLO", "PARIS", "ROME", "BERLIN", "MADRID", "LISBON", "VIENNA", "PRAGUE", "DUBLIN", "LONDON", "ATHENS", "WARSAW",
    "ZURICH", "BERN", "GHENT", "PORTO", "MILAN", "TURIN", "LYON", "NICE", "CORK", "LEEDS", "BATH", "YORK",
  ]
  private static let titles = ["ORDER", "INVOICE", "VISIT", "MEMBER", "CLAIM", "TICKET", "REPORT", "BOOKING"]

  // MARK: Whole documents

  /// A receipt.
  static func receipt(_ generator: Generator) -> DocumentContent.Receipt {
    let count = generator.integer(in: 2..<5)
    var cents = 0
    let bought = (0..<count).map { _ in
      let pieces = generator.integer(in: 0..<3) > 0 ? 1 : generator.integer(in: 2..<10)
      let price = pieces * (generator.integer(in: 5..<200) * 5)
      cents += price
      return DocumentContent.Receipt.Item(
        name: mostly(items, generator, lengths: 3..<7), count: "\(pieces)", price: money(price))
    }
    let store = "\(mostly(shops, generator, lengths: 3..<7)) \(generator.element(of: shopKinds))"
    return DocumentContent.Receipt(store: store, date: date(generator), items: bought, total: money(cents))
  }

  /// A form.
  static func form(_ generator: Generator) -> DocumentContent.Form {
    var keys = FormKey.allCases
    let count = generator.integer(in: 3..<6)
    for place in 0..<count { keys.swapAt(place, generator.integer(in: place..<keys.count)) }
    return DocumentContent.Form(
      title: generator.element(of: titles),
      fields: keys.prefix(count).map { DocumentContent.Form.Field($0, value(of: $0, generator)) })
  }

  /// One to `most` lines of words and numbers.
  ///
  /// - Parameter fits: whether a line is short enough.
  static func lines(_ generator: Generator, most: Int, fits: (String) -> Bool) -> [String] {
    (0..<generator.integer(in: 1..<most + 1)).map { _ in
      var line = word(generator)
      for _ in 0..<generator.integer(in: 0..<3) {
        let longer = "\(line) \(word(generator))"
        if fits(longer) { line = longer }
      }
      return line
    }
  }

  // MARK: Parts

  private static func value(of key: FormKey, _ generator: Generator) -> String {
    switch key {
    case .name: "\(generator.element(of: firstNames)) \(mostly(lastNames, generator, lengths: 3..<6))"
    case .city: mostly(cities, generator, lengths: 3..<7)
    case .date: date(generator)
    case .phone: "555-\(digits(4, generator))"
    case .number: "\(letter(generator))-\(digits(4, generator))"
    case .amount: money(generator.integer(in: 100..<100_000))
    }
  }

  /// A word of any kind.
  private static func word(_ generator: Generator) -> String {
    switch generator.integer(in: 0..<10) {
    case 0: date(generator)
    case 1, 2: money(generator.integer(in: 25..<100_000))
    case 3: digits(generator.integer(in: 1..<6), generator)
    case 4: "#\(digits(3, generator))"
    case 5: "\(madeUp(generator, lengths: 2..<5)):"
    case 6: "\(letter(generator))-\(digits(4, generator))"
    case 7: generator.element(of: ["&", "'S", "A/C", "P.O.", "NO.", "X"]) + digits(1, generator)
    default: madeUp(generator, lengths: 3..<8)
    }
  }

  /// A word of a list, and every fifth time a made-up one.
  private static func mostly(_ list: [String], _ generator: Generator, lengths: Range<Int>) -> String {
    generator.integer(in: 0..<5) == 0 ? madeUp(generator, lengths: lengths) : generator.element(of: list)
  }

  /// Consonants and vowels in turn.
  private static func madeUp(_ generator: Generator, lengths: Range<Int>) -> String {
    let letters: [[Character]] = [Array("BCDFGHJKLMNPQRSTVWXZ"), Array("AEIOUY")]
    let first = generator.integer(in: 0..<2)
    return String((0..<generator.integer(in: lengths)).map { generator.element(of: letters[($0 + first) % 2]) })
  }

  private static func letter(_ generator: Generator) -> Character {
    generator.element(of: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
  }

  private static func digits(_ count: Int, _ generator: Generator) -> String {
    (0..<count).map { _ in "\(generator.integer(in: 0..<10))" }.joined()
  }

  private static func date(_ generator: Generator) -> String {
    let (year, month, day) = (
      generator.integer(in: 2020..<2030), generator.integer(in: 1..<13), generator.integer(in: 1..<29)
    )
    return generator.integer(in: 0..<2) == 0
      ? "\(year)-\(twoDigits(month))-\(twoDigits(day))"
      : "\(twoDigits(day))/\(twoDigits(month))/\(twoDigits(year % 100))"
  }

  /// An amount in hundredths, as `12.50`.
  static func money(_ cents: Int) -> String { "\(cents / 100).\(twoDigits(cents % 100))" }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
