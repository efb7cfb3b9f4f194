import FuzzTargets
import Glibc

// launch-replay [--mutate RUNS] [--seed NUMBER] [--keep FILE] TARGET FILES...
//
// Passes each file to the target, then mutations of the files. A finding ends the process with a signal: a trap, a
// failed property, or SIGVTALRM after 5 s of processor time. The file of --keep has the last input.
var words = Array(CommandLine.arguments.dropFirst())
@MainActor func value(_ name: String) -> String? {
    guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
    defer { words.removeSubrange(index...(index + 1)) }
    return words[index + 1]
}
let runs = value("--mutate").flatMap { Int($0) } ?? 0
let seed = value("--seed").flatMap { UInt64($0) } ?? 1
let keep = value("--keep")
guard let name = words.first, let target = FuzzTarget.named(name) else {
    print("usage: launch-replay [--mutate RUNS] [--seed NUMBER] [--keep FILE] TARGET FILES...")
    print("targets: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(64)
}
var replay = Replay(target, keep: keep)
do {
    let inputs = try words.dropFirst().map { try Replay.bytes(of: $0) }
    for input in inputs { replay.run(input) }
    var mutator = Mutator(inputs, seed: seed, maxLength: target.maxLength)
    for _ in 0..<runs { replay.run(mutator.next()) }
    print("\(name): \(replay.count) inputs")
} catch {
    print("\(error)")
    exit(69)
}
