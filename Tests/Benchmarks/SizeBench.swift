import Foundation
import Glibc
import LaunchHost
import TestSupport

/// How long commands take, as processes of the real program, beside many ended runs.
enum SizeBench {
    private static let queue = "q"
    private static let resource = "local-docker"

    static func run(program: String, ended: [Int]) async throws {
        print("milliseconds of a command, median of 9; list --json of at most 100000 runs: seconds and peak MB\n")
        print("store\tended\tsubmit\tlist\tlist --state\tstatus\tagent\tlist --json\tpeak MB")
        for engine in BenchStore.Engine.available {
            for count in ended { print(try await row(engine, count, program)) }
        }
    }

    private static func row(_ engine: BenchStore.Engine, _ count: Int, _ program: String) async throws -> String {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        let store = bench.store
        try await store.createQueue(QueueDefinition(name: queue, resource: resource))
        // An agent that serves nothing starts and ends; the submitted runs are in another queue.
        try await store.createQueue(QueueDefinition(name: "empty", resource: resource))
        let spec = LaunchSpec(
            source: .image("busybox:1"), project: "bench", entity: "me", author: "me", resource: resource, queue: queue)
        let id = try await store.submit(spec).id
        _ = try await store.requestStop(id)
        try bench.addHistory(count)
        let config = store.home.path + "/launch-config.yaml"
        try """
        environment: {type: local}
        registry: {type: local}
        builder: {type: noop}
        runner: {type: local-docker}
        \(bench.configuration)
        """.write(toFile: config, atomically: true, encoding: .utf8)
        let variables = bench.variables.merging(["LAUNCH_HOME": store.home.path, "LAUNCH_CONFIG": config]) { $1 }
        func time(_ arguments: String..., count: Int = 9) throws -> Duration {
            let times = try (0..<count).map { _ in
                let began = ContinuousClock.now
                _ = try Tool.run(
                    "/bin/sh", ["-c", "\"$@\" >/dev/null", "sh", program] + arguments, environment: variables)
                return ContinuousClock.now - began
            }
            return times.sorted()[count / 2]
        }
        let commands = [
            try time("submit", "-q", queue, "--image", "busybox:1"), try time("list"),
            try time("list", "--state", "queued"), try time("status", id.rawValue),
            try time("agent", "-q", "empty", "--drain"),
        ]
        let whole = try time("list", "--json", "--limit", "100000", count: 1)
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        let figures = commands.map { String(format: "%.0f", $0 / .milliseconds(1)) }
        return
            ([engine.rawValue, String(count)] + figures
            + [String(format: "%.2f", whole / .seconds(1)), String(usage.ru_maxrss / 1024)]).joined(separator: "\t")
    }
}
