internal import LaunchPluginKit

/// A runner whose calls are recorded, so that a failed case names the call.
struct CheckedRunner: Sendable {
    let base: any Runner
    let calls: CallRecorder

    func render(_ job: RunnableJob) async throws -> RunRequest {
        try await calls.track("render") { try base.render(job) }
    }

    func validate(_ request: RunRequest) -> [Finding] { base.validate(request) }

    func prepare(for request: RunRequest) async throws {
        try await calls.track("prepare") { try await base.prepare(for: request) { _ in } }
    }

    func submit(_ request: RunRequest, as id: RunID) async throws -> RunHandle {
        try await calls.track("submit") { try await base.submit(request, as: id) }
    }

    func find(_ request: RunRequest, as id: RunID) async throws -> RunHandle? {
        try await calls.track("find") { try await base.find(request, as: id) }
    }

    func observe(_ handles: [RunHandle]) async throws -> [Observation] {
        try await calls.track("observe") { try await base.observe(handles) }
    }

    /// The one observation of a run.
    func observe(_ handle: RunHandle) async throws -> Observation? {
        let seen = try await observe([handle])
        try require(seen.count <= 1, "'observe' returned \(seen.count) observations for one handle")
        try require(seen.allSatisfy { $0.runID == handle.runID }, "'observe' returned an observation of another run")
        return seen.first
    }

    func stop(_ handle: RunHandle, grace: Duration?) async throws {
        try await calls.track("stop") { try await base.stop(handle, grace: grace) }
    }

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws -> Outcome {
        try await calls.track("finish") { try await base.finish(handle, of: request, into: folder) }
    }

    func release(_ handle: RunHandle) async throws {
        try await calls.track("release") { try await base.release(handle) }
    }

    func reach() async throws {
        try await calls.track("reach") { try await base.reach() }
    }

    /// Reads a log to its end, or until `body` returns false.
    /// - Parameter most: more lines than this are a fault, such as a log that is repeated without end.
    func read(
        _ handle: RunHandle, from cursor: LogCursor? = nil, follow: Bool, most: Int = 5000,
        _ body: ([LogLine]) async throws -> Bool = { _ in true }
    ) async throws -> [LogLine] {
        try await calls.track("logs") {
            var lines: [LogLine] = []
            for try await batch in base.logs(handle, from: cursor, follow: follow) {
                lines += batch
                guard lines.count <= most else {
                    throw Broken("'logs' gave \(lines.count) lines, and the job printed fewer than \(most)")
                }
                guard try await body(batch) else { break }
            }
            return lines
        }
    }
}
