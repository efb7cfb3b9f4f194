import FuzzTargets
import Glibc

/// The target that the environment names; libFuzzer's own arguments leave no place for it.
let chosenTarget = getenv("LAUNCH_FUZZ_TARGET").flatMap { FuzzTarget.named(String(cString: $0)) }

/// Gives one input to the target.
func runChosenTarget(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosenTarget?.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// The symbol that libFuzzer's own `main` asks for. It is linked, but never runs: `main.swift` starts the driver.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt { runChosenTarget(data, count) }
