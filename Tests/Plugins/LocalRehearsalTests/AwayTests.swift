import LaunchLocalDocker
import EngineTestSupport
import LaunchHost
import TestSupport
import Testing

@Suite("Objects that cannot be reached", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct AwayTests {
    /// Objects at an address where no service listens.
    private struct Away: ObjectStoring, ObjectStore {
        let objectSchemes = ["s3"]
        private var error: BackendError { BackendError(.unavailable, "S3 cannot be reached at http://127.0.0.1:9.") }

        func verify() async throws(BackendError) -> Identity { throw error }
        func objectStore() async throws(BackendError) -> any ObjectStore { self }
        func list(
            _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
        ) async throws(BackendError) { throw error }
        func object(_ uri: String) async throws(BackendError) -> StoredObject? { throw error }
        func download(
            _ uri: String, to path: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
        ) async throws(BackendError) -> StoredObject { throw error }
        func upload(
            _ path: String, to uri: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
        ) async throws(BackendError) { throw error }
        func delete(_ uri: String) async throws(BackendError) { throw error }
    }

    @Test
    func `The first failure shows its reason, and a job that has not started ends soon as unavailable`() async throws {
        let job = try await Stage.job("echo never") {
            $0.inputs = [.init(name: "train", path: "/in", source: .objects("s3://bucket/train"))]
        }
        let ended = try await Stage(environment: Away()).run(job) { runner, handle in
            let seen = try await Stage.reach(handle, with: runner) { $0.backendStatus.contains("again") }
            #expect(
                seen.backendStatus
                    == "Downloading: train: S3 cannot be reached at http://127.0.0.1:9; trying again")
        }
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == .unavailable)
        #expect(
            ended.observation.cause?.message
                == "it could not be started: S3 cannot be reached at http://127.0.0.1:9.")
        #expect(ended.timeline.steps.map(\.status) == [.starting, .downloading, .failed])
        #expect(ended.timeline.failedInput == "train")
    }

    @Test
    func `All objects that the environment cannot access are found at once, without a call`() async throws {
        let job = try await Stage.job("echo never") {
            $0.inputs = [.init(name: "train", path: "/in", source: .objects("s3://bucket/train"))]
            $0.results = [.init(name: "model.tar.gz", path: "/m", destination: "s3://bucket/out")]
            $0.offersCredentials = true
            $0.isIsolated = false
        }
        let runner = try Stage().runner()
        let found = runner.validate(try runner.request(for: job, as: .random()))
        #expect(
            found.map(\.message) == [
                "The environment of this configuration cannot reach s3://bucket/train.",
                "The environment of this configuration cannot reach s3://bucket/out.",
                "The environment of this configuration has no credentials for containers.",
            ])
        let reaching = try Stage(environment: Away()).runner()
        #expect(reaching.validate(try reaching.request(for: job, as: .random())).count == 1)
    }
}
