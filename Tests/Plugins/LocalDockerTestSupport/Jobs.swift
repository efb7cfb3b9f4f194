internal import EngineTestSupport
internal import Foundation
internal import LaunchContainerEngine
package import LaunchHost
package import LaunchLocalContainers
package import LaunchLocalDocker

/// Jobs for the tests, all with the busybox image.
package enum Jobs {
    package static func runner(limits: TransferLimits = TransferLimits()) -> LocalDockerRunner {
        LocalDockerRunner(limits: limits, variables: ProcessInfo.processInfo.environment)
    }

    /// A request for calls that use only the run ID.
    package static let anyRequest = RunRequest(runner: LocalDockerRunner.type, document: .object([:]))

    package static func image() async throws -> PinnedImage {
        let id = try await EngineFixture.imageID()
        guard let digest = Digest(rawValue: id) else { throw EngineFixtureFault(description: id) }
        return PinnedImage(reference: id, digest: digest, name: EngineFixture.imageName)
    }

    package static func job(
        _ script: String, _ template: [String: JSONValue] = [:], id: RunID = .random(), image: PinnedImage
    ) -> RunnableJob {
        var template = template
        if template["network"] == nil { template["network"] = .string("none") }
        return RunnableJob(
            job: ResolvedJob(
                runID: id, runName: "test", project: "tests", entity: "", author: "tester", resource: "local-docker",
                source: .image(EngineFixture.imageName), entryPoint: ["/bin/sh", "-c", script],
                template: .object(template)),
            image: image)
    }

    /// Runs a script to its end, calls `body` and removes the container, also after an error.
    package static func withEnded<T: Sendable>(
        _ script: String, _ template: [String: JSONValue] = [:],
        _ body: (LocalDockerRunner, RunHandle, RunRequest, Observation) async throws -> T
    ) async throws -> T {
        try await with(script, template) { runner, handle, request in
            _ = try await EngineFixture.engine().waitForContainer(try id(handle))
            return try await body(runner, handle, request, try await end(of: handle, with: runner))
        }
    }

    /// Observes an ended container until the runner reports its end: for a killed one it waits for the reason.
    package static func end(of handle: RunHandle, with runner: LocalDockerRunner) async throws -> Observation {
        let limit = ContinuousClock.now + .seconds(1_200)
        while ContinuousClock.now < limit {
            guard let seen = try await runner.observe([handle]).first else { break }
            if ![.starting, .running, .stopping].contains(seen.phase) { return seen }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw EngineFixtureFault(description: "the end was not observed")
    }

    /// Starts a script, calls `body` and removes the container, also after an error.
    package static func with<T: Sendable>(
        _ script: String, _ template: [String: JSONValue] = [:],
        _ body: (LocalDockerRunner, RunHandle, RunRequest) async throws -> T
    ) async throws -> T {
        let runner = runner()
        let id = RunID.random()
        let request = try runner.render(job(script, template, id: id, image: try await image()))
        let handle = try await runner.submit(request, as: id)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(runner, handle, request))
        } catch {
            result = .failure(error)
        }
        try await runner.release(handle)
        return try result.get()
    }

    /// Returns when the script has printed `ready`. Before its `trap`, a signal would end it; and on a busy machine
    /// the container may not run yet when the submit returns.
    package static func awaitReady(_ handle: RunHandle, of runner: LocalDockerRunner) async throws {
        for try await batch in runner.logs(handle, from: nil, follow: true)
        where batch.contains(where: { $0.text == "ready" }) { return }
        throw EngineFixtureFault(description: "the script ended before it was ready")
    }

    package static func id(_ handle: RunHandle) throws -> String {
        guard let id = handle.fields["container"] else { throw EngineFixtureFault(description: "no container") }
        return id
    }

    package static func read(_ stream: LogStream) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for try await batch in stream { lines += batch }
        return lines
    }
}

package struct EngineFixtureFault: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
