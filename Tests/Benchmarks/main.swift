import Foundation

// Sources of the rows of scripts/benchmark. Not part of the program.
//
//     launch-bench serve-calls | serve-s3           a server, until its standard input ends
//     launch-bench serve-aws [--seconds N]          the AWS of the tests, its training jobs N seconds long (5)
//     launch-bench serve-edits                      AWS and a registry, and the times of training jobs
//     launch-bench calls [COUNT] [URL]              calls with 64 in flight
//     launch-bench s3 [MIB] [URL KEY SECRET]        one object up and down
//     launch-bench log [MIB]                        a training job's log, read to its end
//     launch-bench validate [ROUNDS]                the check of one request
//     launch-bench watch [RUNS]                     an agent that takes over and observes RUNS training jobs
//     launch-bench claims [WAITING...]              claims from a queue with WAITING runs, on both engines
//     launch-bench drain [RUNS] [ENDED] [ENGINE]    an agent that drains RUNS runs, beside ENDED ended ones
//     launch-bench sizes LAUNCH [ENDED...]          commands of the program LAUNCH beside ENDED ended runs
//     launch-bench fair [RUNS] [WAITING]            RUNS runs of 5 submitters; a new priority beside WAITING runs
//     launch-bench wakes [SUBMITS]                  how long a submitted run waits for an agent, on both engines

let words = Array(CommandLine.arguments.dropFirst())
let number = words.dropFirst().first.flatMap(Int.init)
do {
    switch words.first {
    case "serve-calls": try BenchServer.serveCalls()
    case "serve-s3": try BenchServer.serveS3()
    case "serve-aws": try BenchServer.serveAWS(Array(words.dropFirst()))
    case "serve-edits": try await BenchServer.serveEdits()
    case "calls": try await CallsBench.run(count: number ?? 50_000, url: words.dropFirst(2).first)
    case "s3": try await S3Bench.run(mebibytes: number ?? 5120, place: Array(words.dropFirst(2)))
    case "watch": try await WatchBench.run(count: number ?? 1000)
    case "drain":
        try await DrainBench.run(
            count: number ?? 200, history: words.dropFirst(2).first.flatMap(Int.init) ?? 0,
            engine: words.dropFirst(3).first.flatMap(BenchStore.Engine.init) ?? .sqlite)
    case "fair":
        try await FairBench.run(
            count: number ?? 2_000, waiting: words.dropFirst(2).first.flatMap(Int.init) ?? 10_000)
    case "sizes":
        let counts = words.dropFirst(2).compactMap(Int.init)
        try await SizeBench.run(
            program: words.dropFirst().first ?? "launch", ended: counts.isEmpty ? [0, 100_000] : counts)
    case "wakes": try await WakeBench.run(count: number ?? 500)
    case "claims":
        let counts = words.dropFirst().compactMap(Int.init)
        try await ClaimBench.run(waiting: counts.isEmpty ? [1_000, 10_000, 100_000] : counts)
    case "serve-idle": try DrainBench.serve()
    case "log": try await LogBench.run(mebibytes: number ?? 1024)
    case "serve-log": try LogBench.serve(mebibytes: number ?? 1024)
    case "validate": try ValidateBench.run(rounds: number ?? 1000)
    case "serve-jobs": try WatchBench.serve(count: number ?? 1000)
    case "seed-jobs": try await WatchBench.seed(count: number ?? 1000, folder: words.dropFirst(2).first ?? "")
    default:
        FileHandle.standardError.write(
            Data(
                "usage: launch-bench calls [COUNT] | s3 [MIB] | log [MIB] | validate [ROUNDS] | watch [RUNS] | drain [RUNS] [ENDED] [sqlite | postgres] | claims [WAITING...] | fair [RUNS] [WAITING] | sizes LAUNCH [ENDED...] | wakes [SUBMITS] | serve-aws [--seconds N]\n"
                    .utf8))
        exit(64)
    }
} catch {
    FileHandle.standardError.write(Data("launch-bench: \(error)\n".utf8))
    exit(1)
}
