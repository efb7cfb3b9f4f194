import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import TestSupport
import Testing

@testable import LaunchLocalContainers
@testable import LaunchLocalDocker

/// A separate home for one test, in which rehearsals run.
final class Stage: Sendable {
    let home: TemporaryDirectory
    let environment: (any Environment)?
    let limits: TransferLimits

    init(environment: (any Environment)? = nil, limits: TransferLimits = TransferLimits()) throws {
        home = try TemporaryDirectory()
        self.environment = environment
        self.limits = limits
    }

    /// A runner as in a program that has just started: its memory is empty.
    func runner() -> LocalDockerRunner {
        var variables = ProcessInfo.processInfo.environment
        variables["LAUNCH_HOME"] = home.file("state")
        return LocalDockerRunner(limits: limits, environment: environment, variables: variables)
    }

    static func job(
        _ script: String, hosts: [String] = ["algo-1"], isolated: Bool = true,
        _ change: (inout RehearsalPlan) -> Void = { _ in }
    ) async throws -> ContainerJob {
        var rehearsalPlan = RehearsalPlan(hosts: hosts.map { .init(name: $0) }, isIsolated: isolated)
        change(&rehearsalPlan)
        return ContainerJob(
            image: try await Jobs.image(), entryPoint: ["/bin/sh", "-c", script], stopGraceSeconds: 20,
            rehearsalPlan: rehearsalPlan)
    }

    /// The outcome of a job that ran to its end and was released.
    struct Ended {
        var runID: RunID
        var observation: Observation
        var outcome: Outcome
        var timeline: RehearsalTimeline
        var log: [LogLine]
        var text: String { log.map(\.text).joined(separator: "\n") }
    }

    /// Runs a job to its end, and checks that nothing of it remains.
    func run(
        _ job: ContainerJob, during: (LocalDockerRunner, RunHandle) async throws -> Void = { _, _ in }
    ) async throws -> Ended {
        let runner = runner()
        let id = RunID.random()
        let request = try runner.request(for: job, as: id)
        let handle = try await runner.submit(request, as: id)
        let result: Result<Ended, any Error>
        do {
            try await during(runner, handle)
            result = .success(try await finish(handle, request, with: runner))
        } catch {
            result = .failure(error)
        }
        try await runner.release(handle)
        try await Self.expectNothing(of: id)
        #expect(!FileManager.default.fileExists(atPath: home.file("state/rehearsals/\(id)")))
        return try result.get()
    }

    /// Waits for the end and collects the results.
    func finish(_ handle: RunHandle, _ request: RunRequest, with runner: LocalDockerRunner) async throws -> Ended {
        let end = try await Self.end(of: handle, with: runner)
        let folder = home.file("kept-\(handle.runID)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let outcome = try await runner.finish(handle, of: request, into: folder)
        return Ended(
            runID: handle.runID, observation: end, outcome: outcome, timeline: try await runner.timeline(of: handle),
            log: try await Jobs.read(runner.logs(handle, from: nil, follow: false)))
    }

    static func end(of handle: RunHandle, with runner: LocalDockerRunner) async throws -> Observation {
        try await reach(handle, with: runner) { [.succeeded, .failed, .stopped, .missing].contains($0.phase) }
    }

    /// Waits until an observation meets the condition.
    @discardableResult
    static func reach(
        _ handle: RunHandle, with runner: LocalDockerRunner, _ isWanted: (Observation) -> Bool
    ) async throws -> Observation {
        var last: Observation?
        let limit = ContinuousClock.now + .seconds(1_200)
        while ContinuousClock.now < limit {
            guard let seen = try await runner.observe([handle]).first else { break }
            if isWanted(seen) { return seen }
            last = seen
            try await Task.sleep(for: .milliseconds(50))
        }
        throw EngineFixtureFault(description: "not reached; last: \(String(describing: last))")
    }

    static func expectNothing(of id: RunID) async throws {
        let engine = try await EngineFixture.engine()
        #expect(try await engine.containers(labels: ["launch.run=\(id)"]).isEmpty)
        #expect(try await engine.networks(labels: ["launch.run=\(id)"]).isEmpty)
    }

    /// Waits for a line in the log.
    static func line(_ text: String, of handle: RunHandle, with runner: LocalDockerRunner) async throws {
        try await lines(text, count: 1, of: handle, with: runner)
    }

    /// Waits for the given number of such lines in the log.
    static func lines(
        _ text: String, count: Int, of handle: RunHandle, with runner: LocalDockerRunner
    ) async throws {
        var found = 0
        for try await batch in runner.logs(handle, from: nil, follow: true) {
            found += batch.count { $0.text.contains(text) }
            if found >= count { return }
        }
        throw EngineFixtureFault(description: "the log ended without '\(text)'")
    }
}
