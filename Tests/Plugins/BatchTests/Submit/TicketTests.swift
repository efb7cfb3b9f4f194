import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchBatch

/// One process at a time submits a run, however late Batch's lists are.
@Suite(.timeLimit(.minutes(30))) struct TicketTests {
    private let account: BatchAccount
    private let id = RunID.random()
    private let request: RunRequest

    init() throws {
        account = try BatchAccount(factor: 100)
        account.stub.batch.lives(.endless)
        account.stub.batch.listLag = .infinity
        request = try BatchRender(BatchAccount.job(id: id)).request()
    }

    private var name: String { "launch-run-\(id)" }

    /// The ticket of a process that ends before it submits.
    private func abandonedTicket() async throws -> RunTickets.Ticket {
        let batch = try BatchRequest(request)
        let search = JobSearch(account.runner().service, batch, id, region: "us-east-1", log: .silent)
        return try await search.takeTicket(try #require(batch.definition))
    }

    @Test func `a new process adopts the recorded job, although the list does not have it`() async throws {
        let handle = try await account.runner().submit(request, as: id)
        for _ in 0..<3 {
            #expect(try await account.runner().submit(request, as: id) == handle)
            #expect(try await account.runner().find(request, as: id) == handle)
        }
        #expect(account.stub.batch.jobs.count == 1)
        #expect(account.stub.calls("batch", "RegisterJobDefinition").count == 2)
        let other = try BatchRender(BatchAccount.job(id: id) { $0.arguments = ["other"] }).request()
        let error = await #expect(throws: BackendError.self) { try await account.runner().submit(other, as: id) }
        #expect(error?.category == .conflict)
        // The record remains when Batch has forgotten the job. The run is lost then, and not submitted again.
        account.stub.batch.forget(try #require(handle.fields["id"]))
        #expect(try await account.runner().submit(request, as: id) == handle)
    }

    @Test func `several processes at the same time submit one job, although no list has it`() async throws {
        let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
            for _ in 0..<4 {
                group.addTask { try await account.runner().submit(request, as: id) }
            }
            return try await group.reduce(into: Set<RunHandle>()) { $0.insert($1) }
        }
        #expect(handles.count == 1)
        #expect(account.stub.batch.jobs.count == 1)
    }

    @Test func `a process that takes over ends the earlier ticket, with which Batch then accepts no job`() async throws
    {
        _ = try await abandonedTicket()
        let begin = account.clock.now
        let handle = try await account.runner().submit(request, as: id)
        let waited = account.clock.now.timeIntervalSince(begin)
        #expect(waited >= (JobSearch.patience + JobSearch.listDelay) / .seconds(1), "it waited \(waited) s")
        #expect(account.stub.batch.inactiveDefinitions == ["\(name):1"])
        #expect(account.stub.batch.jobs.map(\.definition) == ["\(name):2"])
        #expect(try await account.runner().find(request, as: id) == handle)
        // The first process was only slow.
        var late = try BatchRequest(request).job
        late["jobDefinition"] = .string("\(name):1")
        await #expect(throws: AWSError.self) { try await account.runner().service.submit(.object(late)) }
        #expect(account.stub.batch.jobs.count == 1)
    }

    @Test func `a process whose ticket was ended takes another one`() async throws {
        let (first, runner) = (try await abandonedTicket(), account.runner())
        runner.spareTickets.keep(first, for: id)
        try await runner.service.deregister(name, revision: first.number)
        _ = try await runner.submit(request, as: id)
        #expect(account.stub.batch.jobs.map(\.definition) == ["\(name):2"])
        #expect(account.stub.calls("batch", "SubmitJob").count == 2)
    }

    @Test func `find ends the tickets of others before it says that there is no job`() async throws {
        #expect(try await account.runner().find(request, as: id) == nil)
        #expect(account.stub.calls("batch", "DeregisterJobDefinition").isEmpty)
        _ = try await abandonedTicket()
        #expect(try await account.runner().find(request, as: id) == nil)
        #expect(account.stub.batch.inactiveDefinitions == ["\(name):1"])
        #expect(account.stub.batch.jobs.isEmpty)
    }

    @Test func `a refused ticket is used again by the same runner, without a wait`() async throws {
        let runner = account.runner()
        account.stub.script(
            "batch", "SubmitJob",
            Array(repeating: .error("ThrottlingException", "Rate exceeded", status: 429), count: 20))
        var handle: RunHandle?
        for _ in 0..<20 where handle == nil {
            do {
                handle = try await runner.submit(request, as: id)
            } catch {
                #expect(error.category == .throttled)
                #expect(try await runner.find(request, as: id) == nil)
            }
        }
        #expect(handle != nil)
        #expect(account.stub.batch.jobs.map(\.definition) == ["\(name):1"])
        #expect(account.stub.calls("batch", "DeregisterJobDefinition").isEmpty)
    }

    @Test func `a run that Batch refuses for good leaves no definition in use`() async throws {
        let request = try BatchRender(BatchAccount.job(#"{"job_queue": "none"}"#, id: id)).request()
        let error = await #expect(throws: BackendError.self) { try await account.runner().submit(request, as: id) }
        #expect(error?.message.contains("does not exist") == true)
        #expect(account.stub.batch.inactiveDefinitions == ["\(name):1"])
    }

    @Test func `a registration whose answer was lost delays nothing`() async throws {
        account.stub.script("batch", "RegisterJobDefinition", [.lostAnswer])
        _ = try await account.runner().submit(request, as: id)
        #expect(account.stub.batch.jobs.map(\.definition) == ["\(name):2"])
        #expect(account.stub.calls("batch", "DeregisterJobDefinition").isEmpty)
        #expect(account.stub.calls("batch", "ListJobs").count == 1, "it did not look again")
    }
}
