import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBatch

/// One job for each run, whatever gets lost.
@Suite(.timeLimit(.minutes(30))) struct SubmitTests {
    private static func request(_ id: RunID) throws -> RunRequest {
        try BatchRender(BatchAccount.job(id: id)).request()
    }

    /// The jobs that have not ended.
    private static func living(_ account: BatchAccount) -> [StubBatchJob] {
        account.stub.batch.jobs.filter { !["SUCCEEDED", "FAILED"].contains(account.stub.batch.status(of: $0.id)) }
    }

    @Test func `a job has the pinned image, in a definition that the run's release removes`() async throws {
        let account = try BatchAccount()
        for _ in 0..<2 {
            let id = RunID.random()
            let handle = try await account.runner().submit(try Self.request(id), as: id)
            #expect(account.stub.batch.jobs.last?.definition == "launch-run-\(id):1")
            #expect(account.stub.batch.definitions["launch-run-\(id)"]?.count == 2, "the ticket and the job's record")
            let before = account.stub.batch.inactiveDefinitions
            for _ in 0..<2 { try await account.runner().release(handle) }
            let removed = account.stub.batch.inactiveDefinitions.subtracting(before)
            #expect(removed == ["launch-run-\(id):1", "launch-run-\(id):2"])
        }
        #expect(
            account.stub.batch.jobs.map(\.image)
                == Array(repeating: "\(BatchAccount.image)@\(BatchAccount.digest)", count: 2))
    }

    @Test func `after a lost answer the job is adopted`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives(.endless)
        account.stub.script("batch", "SubmitJob", [.lostAnswer])
        let id = RunID.random()
        let request = try Self.request(id)
        let handle = try await account.runner().submit(request, as: id)
        #expect(account.stub.batch.jobs.map(\.id) == [handle.fields["id"]])
        #expect(try await account.runner().submit(request, as: id) == handle)
        #expect(account.stub.calls("batch", "SubmitJob").count == 1)
    }

    @Test func `a lost answer and a late list never submit again in the same call`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives(.endless)
        account.stub.batch.listLag = .infinity
        account.stub.script("batch", "SubmitJob", [.lostAnswer])
        let id = RunID.random()
        let request = try Self.request(id)
        let error = await #expect(throws: BackendError.self) { try await account.runner().submit(request, as: id) }
        #expect(error?.category == .transient)
        #expect(error?.message.contains("unknown") == true)
        account.stub.batch.listLag = 0
        let handle = try await account.runner().submit(request, as: id)
        #expect(account.stub.batch.jobs.map(\.id) == [handle.fields["id"]])
    }

    @Test func `of two jobs with the user's definition the oldest remains, in every process`() async throws {
        let account = try BatchAccount()
        account.stub.batch.lives(.endless)
        account.stub.batch.define("own", image: "\(BatchAccount.image):v1")
        // No process sees the other's job before its own submit.
        account.stub.batch.listLag = .infinity
        let id = RunID.random()
        let request = try BatchRender(
            BatchAccount.job(#"{"job_queue": "training", "job_definition": "own:1"}"#, id: id)
        ).request()
        for _ in 0..<3 { _ = try await account.runner().submit(request, as: id) }
        account.stub.batch.listLag = 0
        let found = try #require(try await account.runner().find(request, as: id))
        #expect(account.stub.batch.jobs.count == 3, "nothing was submitted twice, so nothing was shown")
        #expect(await eventually { Self.living(account).count == 1 })
        #expect(Self.living(account).map(\.id) == [found.fields["id"]])
        #expect(found.fields["id"] == account.stub.batch.jobs.first?.id)
        #expect(try await account.runner().submit(request, as: id) == found)
    }

    @Test func `the name of another request is a conflict`() async throws {
        let account = try BatchAccount()
        let id = RunID.random()
        _ = try await account.runner().submit(try Self.request(id), as: id)
        let other = try BatchRender(BatchAccount.job(id: id) { $0.arguments = ["other"] }).request()
        let error = await #expect(throws: BackendError.self) { try await account.runner().submit(other, as: id) }
        #expect(error?.category == .conflict)
        #expect(account.stub.batch.jobs.count == 1)
    }

    @Test(arguments: ["AccessDeniedException", "ThrottlingException"])
    func `a refusal starts nothing and keeps its category`(_ code: String) async throws {
        let account = try BatchAccount()
        account.stub.always(
            "batch", "SubmitJob",
            .error(
                code, "User: x is not authorized to perform: batch:SubmitJob on resource: arn:aws:batch:q", status: 403)
        )
        let id = RunID.random()
        let error = await #expect(throws: BackendError.self) {
            try await account.runner().submit(try Self.request(id), as: id)
        }
        #expect(error?.category == (code.hasPrefix("Access") ? .denied : .throttled))
        if code.hasPrefix("Access") { #expect(error?.hint?.contains("Allow batch:SubmitJob") == true) }
        #expect(account.stub.batch.jobs.isEmpty)
    }

    @Test func `a definition of the user must have the run's image`() async throws {
        let account = try BatchAccount()
        account.stub.batch.define("own", image: "\(BatchAccount.image):v1")
        account.stub.batch.define("other", image: "busybox")
        func submit(_ definition: String) async throws -> RunHandle {
            let id = RunID.random()
            let request = try BatchRender(
                BatchAccount.job("{\"job_queue\": \"training\", \"job_definition\": \"\(definition)\"}", id: id)
            ).request()
            return try await account.runner().submit(request, as: id)
        }
        _ = try await submit("own:1")
        #expect(account.stub.batch.jobs.map(\.definition) == ["own:1"])
        for (name, words) in [("other", "busybox"), ("none", "does not exist or is not active")] {
            let error = await #expect(throws: BackendError.self) { try await submit(name) }
            #expect(error?.category == .invalid && error?.message.contains(words) == true)
        }
        #expect(account.stub.batch.jobs.count == 1)
    }

    @Test func `random faults of a day leave one job for each run`() async throws {
        let account = try BatchAccount(factor: 100)
        account.stub.batch.lives(.endless)
        account.stub.chaos(Chaos(seed: 7, throttled: 0.2, lostAnswers: 0.15), services: ["batch"])
        for _ in 0..<10 {
            let id = RunID.random()
            let request = try Self.request(id)
            var handle: RunHandle?
            for _ in 0..<50 where handle == nil {
                handle = try? await account.runner().submit(request, as: id)
            }
            #expect(handle != nil)
            #expect(Self.living(account).count { $0.request["tags"]?["launch:run"]?.stringValue == id.rawValue } == 1)
        }
    }
}
