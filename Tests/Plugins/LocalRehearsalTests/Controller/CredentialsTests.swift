import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalDocker
@testable import LaunchLocalRehearsal

@Suite(
    "Credentials of a container job", .serialized, .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct CredentialsTests {
    /// Provides credentials that a test recognises.
    private struct Offering: CredentialsOffering {
        static let secret = "not-to-be-seen-anywhere"
        var credentialsEndpoint: CredentialsEndpoint {
            CredentialsEndpoint(
                gateways: [
                    .init(address: "169.254.170.2", subnet: "169.254.170.0/28"),
                    .init(address: "169.254.170.23", subnet: "169.254.170.16/28"),
                ], pathVariable: "CREDENTIALS_PATH", urlVariable: "CREDENTIALS_URL")
        }
        func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials {
            ContainerCredentials(
                document: Secret("{\"Token\":\"\(Self.secret)\"}"), expiresAt: Date().addingTimeInterval(900))
        }
        func verify() async throws(BackendError) -> Identity { Identity(principal: "tester") }
    }

    /// Requests like an SDK: the path at the usual address, or the URL.
    private static let ask = "${CREDENTIALS_URL:-http://169.254.170.2$CREDENTIALS_PATH}"

    @Test
    func `Hosts get credentials at the endpoint's address and path only, and never in a variable or file`() async throws
    {
        let job = try await Stage.job(
            "wget -q -O - \(Self.ask); echo; wget -q -O - \(Self.ask)x 2>/dev/null || echo refused; env | grep -c CREDENTIALS_; sleep 600",
            isolated: false
        ) { $0.offersCredentials = true }
        let stage = try Stage(environment: Offering())
        let ended = try await stage.run(job) { runner, handle in
            try await Stage.line("refused", of: handle, with: runner)
            let engine = try await EngineFixture.engine()
            let seen = try #require(try await engine.container("launch-\(handle.runID)-algo-1"))
            #expect(!"\(seen)".contains(Offering.secret))
            for path in try FileManager.default.subpathsOfDirectory(atPath: stage.home.path) {
                let content = FileManager.default.contents(atPath: stage.home.file(path)) ?? Data()
                #expect(!String(decoding: content, as: UTF8.self).contains(Offering.secret), "\(path)")
            }
            try await runner.stop(handle, grace: .zero)
        }
        #expect(ended.log.map(\.text).first == "{\"Token\":\"\(Offering.secret)\"}")
        #expect(ended.log.map(\.text).last == "1")
    }

    @Test
    func `Two jobs have separate endpoints, and both keep them after a takeover`() async throws {
        let job = try await Stage.job(
            "wget -q -O - \(Self.ask); echo; trap 'wget -q -O - \(Self.ask); echo; exit 0' TERM; echo up; sleep 600 & wait",
            isolated: false
        ) { $0.offersCredentials = true }
        async let first = takenOver(job)
        async let second = takenOver(job)
        for texts in try await [first, second] {
            #expect(texts.filter { $0.contains(Offering.secret) }.count == 2)
        }
    }

    private func takenOver(_ job: ContainerJob) async throws -> [String] {
        let stage = try Stage(environment: Offering())
        let id = RunID.random()
        let before = stage.runner()
        let request = try before.request(for: job, as: id)
        let handle = try await before.submit(request, as: id)
        try await Stage.line("up", of: handle, with: before)
        try await before.rehearsals.controllers.controller(of: id)?.leave()
        let runner = stage.runner()
        try await Stage.reach(handle, with: runner) { $0.phase == .running }
        let controller = try #require(try await runner.rehearsals.controllers.controller(of: id))
        #expect(await eventually { await controller.credentials.isOpen })
        try await runner.stop(handle, grace: .seconds(60))
        let ended = try await stage.finish(handle, request, with: runner)
        try await runner.release(handle)
        try await Stage.expectNothing(of: id)
        return ended.log.map(\.text)
    }

    @Test
    func `An environment without credentials refuses the job at once`() async throws {
        let runner = try Stage().runner()
        let job = try await Stage.job("true", isolated: false) { $0.offersCredentials = true }
        let id = RunID.random()
        let request = try runner.request(for: job, as: id)
        await #expect(throws: BackendError.self) { _ = try await runner.submit(request, as: id) }
        #expect(try await runner.find(request, as: id) == nil)
    }
}
