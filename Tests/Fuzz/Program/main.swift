import CFuzzer
import FuzzTargets
import Glibc

// launch-fuzz [OPTIONS OF libFuzzer...] [FOLDERS...], with the target's name in LAUNCH_FUZZ_TARGET.
// launch-fuzz --list prints one line for each target: name, dictionary or '-', longest input.
if CommandLine.arguments.dropFirst().first == "--list" {
    for target in FuzzTarget.all { print(target.name, target.dictionary ?? "-", target.maxLength) }
    exit(0)
}
guard chosenTarget != nil else {
    print("set LAUNCH_FUZZ_TARGET to one of: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(64)
}
var count = CommandLine.argc
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(LLVMFuzzerRunDriver(&count, &words) { runChosenTarget($0, $1) })
