import AWSStub
import Foundation
import LaunchHost

/// Whether every run had exactly one training job, and ended as that job did.
struct Verdict: Sendable {
    /// Runs that have not ended.
    var unfinished: [RunID] = []
    /// Runs that ended without a training job.
    var lost: [String] = []
    /// Runs with more than one training job, and training jobs of no run.
    var double: [String] = []
    /// Runs that ended differently from their training job.
    var wrong: [String] = []
    /// Agents that ended by themselves, with their codes.
    var ends: [String] = []
    var figures: [String: Double] = [:]
    let seed: UInt64
    let store: String

    init(_ options: SoakOptions) {
        seed = options.seed
        store = options.usesPostgres ? "postgres" : "sqlite"
    }

    var isGood: Bool { unfinished.isEmpty && lost.isEmpty && double.isEmpty && wrong.isEmpty && ends.isEmpty }

    /// Compares the runs with the training jobs of the stub, whose names end in the run's ID.
    mutating func judge(_ runs: [RunSummary], _ jobs: [StubTrainingJob]) {
        let byRun = Dictionary(grouping: jobs) { String($0.name.split(separator: "-").last ?? "") }
        let known = Set(runs.map(\.id.rawValue))
        for run in runs {
            let found = byRun[run.id.rawValue] ?? []
            if !run.state.isTerminal { unfinished.append(run.id) }
            if found.isEmpty { lost.append("\(run.id): \(run.state): \(run.cause ?? "-")") }
            if found.count > 1 { double.append("\(run.id): \(found.map(\.name))") }
            guard let job = found.first, let end = job.end, run.state.isTerminal else { continue }
            let expected: RunState = end.status == "Completed" ? .succeeded : .failed
            if run.state != expected { wrong.append("\(run.id): \(run.state), \(end.status): \(run.cause ?? "-")") }
        }
        double += byRun.filter { !known.contains($0.key) }.flatMap(\.value).map { "no run: \($0.name)" }
        figures["runs"] = Double(runs.count)
        figures["training_jobs"] = Double(jobs.count)
    }

    /// Adds the findings of a lane.
    mutating func add(_ other: Verdict) {
        unfinished += other.unfinished
        lost += other.lost
        double += other.double
        wrong += other.wrong
        ends += other.ends
        figures.merge(other.figures, uniquingKeysWith: +)
    }

    /// One JSON document.
    var report: String {
        let faults: [(String, [String])] = [
            ("unfinished", unfinished.map(\.rawValue)), ("lost", lost), ("double", double),
            ("wrong", wrong), ("unexpected_ends", ends),
        ]
        var members = figures.mapValues { JSONValue.number($0) }
        members["seed"] = .integer(Int64(clamping: seed))
        members["store"] = .string(store)
        for (name, found) in faults {
            members[name] = .integer(Int64(found.count))
            if !found.isEmpty { members["\(name)_examples"] = .array(found.prefix(5).map { .string($0) }) }
        }
        return (try? JSON.canonical(JSONValue.object(members))) ?? "{}"
    }
}
