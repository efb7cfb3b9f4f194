import LaunchMock
import Testing

import LaunchHost

/// A rehearsal of a queue's run never gets the agent's credentials, whatever its remote runner requests.
@Suite struct OwnCredentialsTests {
    /// A remote runner that offers credentials to every rehearsal.
    private struct Generous: Rehearsable {
        let mock: any Rehearsable
        let role: AssumedRole?

        init(role: AssumedRole? = nil) throws {
            mock = try #require(try MockPlugins.runner.base.make(Options(), PluginContext()) as? any Rehearsable)
            self.role = role
        }

        func rehearsal(
            of request: RunRequest, with options: RehearsalOptions
        ) throws(BackendError) -> ContainerJob {
            var job = try mock.rehearsal(of: request, with: options)
            job.rehearsalPlan = .init(hosts: [.init(name: "algo-1")], offersCredentials: true, role: role)
            return job
        }

        func report(on rehearsal: EndedRehearsal) -> RehearsalReport { mock.report(on: rehearsal) }
        func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { try mock.render(job) }
        func validate(_ request: RunRequest) -> [Finding] { mock.validate(request) }
        func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
            try await mock.submit(request, as: runID)
        }
        func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
            try await mock.find(request, as: runID)
        }
        func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
            try await mock.observe(handles)
        }
        func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
            mock.logs(handle, from: cursor, follow: follow)
        }
        func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
            try await mock.stop(handle, grace: grace)
        }
        func finish(
            _ handle: RunHandle, of request: RunRequest, into folder: String
        ) async throws(BackendError) -> Outcome {
            try await mock.finish(handle, of: request, into: folder)
        }
        func reach() async throws(BackendError) { try await mock.reach() }
    }

    private func findings(_ options: RehearsalOptions?, role: AssumedRole? = nil) throws -> [String] {
        let local = try #require(
            try LocalRehearser.plugin.base.make(Options(), PluginContext()) as? any ContainerJobRunner)
        let runner = RehearsalRunner(remote: try Generous(role: role), local: local)
        let document: JSONValue = .object(["image": .string("a"), "template": .object([:])])
        return runner.validate(RunRequest(runner: "mock", document: document, rehearsal: options)).map(\.message)
    }

    @Test func `the agent's credentials are refused`() throws {
        for options in [
            nil, RehearsalOptions(), RehearsalOptions(wantsCredentials: true),
            RehearsalOptions(usesOwnCredentials: true),
        ] {
            #expect(try findings(options) == ["A rehearsal of a queue's run does not get the agent's own credentials."])
        }
        let role = AssumedRole(name: "r", session: "s")
        #expect(try !findings(RehearsalOptions(), role: role).isEmpty)
        #expect(try findings(RehearsalOptions(wantsCredentials: true), role: role).isEmpty)
        #expect(try findings(RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true)).isEmpty)
    }
}
