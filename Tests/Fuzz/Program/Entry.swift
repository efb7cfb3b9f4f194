import FuzzTargets
import Glibc

/// The target in the environment. libFuzzer parses the command line, so the target cannot be an argument.
let chosenTarget = getenv("LAUNCH_FUZZ_TARGET").flatMap { FuzzTarget.named(String(cString: $0)) }

/// Passes one input to the target.
func runChosenTarget(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosenTarget?.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// The symbol that libFuzzer's own `main` needs. It is linked but never called: `main.swift` starts the driver.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt { runChosenTarget(data, count) }
