/// Ends the program, which libFuzzer takes as a finding, unless the condition holds.
func require(
  _ condition: Bool, _ reason: @autoclosure () -> String = "", file: StaticString = #file, line: UInt = #line
) {
  precondition(condition, reason(), file: file, line: line)
}
