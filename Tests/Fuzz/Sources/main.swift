import CFuzzer
import Foundation

// The package manager renames the `main` of programs, so that libFuzzer's own is not the program's.
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(LLVMFuzzerRunDriver(&count, &arguments) { takeInput($0, $1) })
