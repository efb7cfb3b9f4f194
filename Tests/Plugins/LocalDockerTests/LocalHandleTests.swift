import Foundation
import LaunchHost
import Testing

@testable import LaunchLocalDocker
@testable import LaunchLocalRehearsal

@Suite("Handles and requests of runner local-docker")
struct LocalHandleTests {
    private static let id = RunID.random()

    private static func stored(_ fields: [String: String], runner: String = "local-docker") -> RunHandle {
        RunHandle(runner: runner, runID: id, fields: fields)
    }

    @Test
    func `Handles that an earlier version stored are read, and written unchanged`() throws {
        let plain = Self.stored(["container": "4f6a"])
        #expect(try LocalHandle(plain) == .container(ContainerHandle(runID: Self.id, container: "4f6a")))
        let rehearsed = Self.stored(["rehearsal": "1"])
        #expect(try LocalHandle(rehearsed) == .rehearsal(RehearsalHandle(runID: Self.id)))
        for handle in [plain, rehearsed] { #expect(try LocalHandle(handle).stored == handle) }
    }

    @Test
    func `A handle that names nothing is refused, except by observe: its run is missing`() async throws {
        let runner = LocalDockerRunner(variables: ["LAUNCH_HOME": "/nonexistent"])
        for handle in [Self.stored([:]), Self.stored(["container": "4f6a", "rehearsal": "1"], runner: "mock")] {
            let error = #expect(throws: BackendError.self) { try LocalHandle(handle) }
            #expect(error?.category == .invalid)
            #expect(error?.message == "The handle of run \(Self.id) is not one of runner 'local-docker'.")
            await #expect(throws: BackendError.self) { try await runner.stop(handle, grace: nil) }
            await #expect(throws: BackendError.self) { try await runner.release(handle) }
            #expect(try await runner.observe([handle]).map(\.phase) == [.missing])
            var log = runner.logs(handle, from: nil, follow: false).makeAsyncIterator()
            await #expect(throws: BackendError.self) { try await log.next() }
        }
    }

    @Test
    func `The rehearsal plan decides the kind of a job, and the request contains the whole job`() throws {
        let digest = try #require(Digest(rawValue: "sha256:\(String(repeating: "a", count: 64))"))
        var job = ContainerJob(image: PinnedImage(reference: "a@\(digest.rawValue)", digest: digest, name: "a"))
        guard case .container(job) = try LocalJob(LocalJob(job).request()) else {
            Issue.record("a job without a plan is a plain container")
            return
        }
        job.rehearsalPlan = RehearsalPlan(hosts: [.init(name: "algo-1")])
        guard case .rehearsal(let rehearsal) = try LocalJob(LocalJob(job).request()) else {
            Issue.record("a job with a plan is a rehearsal")
            return
        }
        #expect(rehearsal.job == job && rehearsal.plan == job.rehearsalPlan)
        #expect(throws: BackendError.self) { try LocalJob(RunRequest(runner: "mock", document: .object([:]))) }
    }
}
