import Testing

@testable import Plots

@Suite struct AxisTests {
  private static let ranges: [(Double, Double)] = [
    (0.0, 1.0), (0.0, 9.7), (-3.2, 4.1), (0.013, 0.0172), (1e-9, 3e-9), (123_456, 987_654), (-1e12, 1e12), (2.9, 3.1),
    (1e90, 2e90), (1e6, 1e6 + 1),
  ]

  @Test(arguments: ranges) func marksAreRoundAndCoverTheNumbers(_ low: Double, _ high: Double) {
    for count in 2...12 {
      let (range, ticks) = Ticks.linear(low...high, count: count, isExtended: true, format: nil)
      #expect(range.lowerBound <= low && range.upperBound >= high)
      #expect(ticks.count >= 2 && ticks.count <= count + 2)
      let (mantissa, _) = Ticks.step(over: high - low, count: count)
      #expect([1, 2, 5].contains(mantissa))
      #expect(Set(ticks.map(\.label)).count == ticks.count || high - low < 1e-6 * high, "\(ticks)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
      let inside = Ticks.linear(low...high, count: count, isExtended: false, format: nil)
      #expect(inside.range == low...high)
    }
  }

  @Test func labelsHaveTheDecimalsOfTheirStep() {
    func labels(_ range: ClosedRange<Double>, _ format: NumberFormat? = nil) -> [String] {
      Ticks.linear(range, count: 5, isExtended: true, format: format).ticks.map(\.label)
    }
    #expect(labels(0...1) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(0...1, .percent(decimals: 1)) == ["0%", "20%", "40%", "60%", "80%", "100%"])
    #expect(labels(0...5000) == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"])
    #expect(labels(-0.5...0.5).contains("0.0"))
  }

  @Test func aLogarithmicAxisMarksPowersOfTen() {
    func labels(_ range: ClosedRange<Double>, _ count: Int) -> [String] {
      Ticks.logarithmic(range, count: count, format: nil).map(\.label)
    }
    #expect(labels(0.001...10, 6) == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(labels(1e-5...1e-4, 5) == ["10⁻⁵", "2·10⁻⁵", "5·10⁻⁵", "10⁻⁴"])
    #expect(labels(1...1e12, 4) == ["1", "10⁴", "10⁸", "10¹²"])
    #expect(Ticks.logarithmicEnds(of: 0.03...7) == 0.02...10)
    let scale = AxisScale(.logarithmic("", range: 1...100), values: [], count: 5, isExtended: true)
    #expect(abs(scale.fraction(10) - 0.5) < 1e-12 && scale.fraction(-1) < 0)
  }

  @Test func equalNumbersHaveARange() {
    for value in [0, 5, -5, 1e-300, 1e99] {
      let scale = AxisScale("x", values: [value, value], count: 5, isExtended: true)
      #expect(scale.range.lowerBound < scale.range.upperBound)
      #expect((0...1).contains(scale.fraction(value)))
    }
  }

  @Test func theExponentIsThatOfTheLargestPowerBelow() {
    let values = [1, 9.99, 10, 0.1, 0.099, 1e-100, 1e22, 3e99]
    #expect(values.map(Ticks.exponent) == [0, 0, 1, -1, -2, -100, 22, 99])
  }

  @Test func labelsMoveApartAndStayInOrder() {
    let places = Spread.apart([10, 12, 11, 90], distance: 18, in: 0...100)
    let sorted = [places[0], places[2], places[1], places[3]]
    #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 18 - 1e-9 })
    #expect(places.allSatisfy { (0...100).contains($0) })
    #expect(Spread.apart([50, 20], distance: 18, in: 0...100) == [50, 20])
  }
}
