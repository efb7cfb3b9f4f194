import Foundation
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct RefreshingCredentialsTests {
    /// A source whose replies the test controls and may delay.
    private final class Source: Sendable {
        private struct State {
            var calls = 0
            var fails = false
            var isHeld = false
            var held: [CheckedContinuation<Void, Never>] = []
        }

        private let state = Mutex(State())
        let time = FakeTime()

        var calls: Int { state.withLock(\.calls) }
        var waiting: Int { state.withLock(\.held.count) }
        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }
        func hold() { state.withLock { $0.isHeld = true } }
        func release() {
            let held = state.withLock { state in
                state.isHeld = false
                defer { state.held = [] }
                return state.held
            }
            for continuation in held { continuation.resume() }
        }

        func credentials(_ log: Logger = .silent, life: TimeInterval? = 3600) -> RefreshingCredentials {
            RefreshingCredentials(name: "source", clock: time.clock, log: log) { [self] () async throws(AWSError) in
                let number = state.withLock { state in
                    state.calls += 1
                    return state.calls
                }
                await withCheckedContinuation { continuation in
                    let goesOn = state.withLock { state in
                        if state.isHeld { state.held.append(continuation) }
                        return !state.isHeld
                    }
                    if goesOn { continuation.resume() }
                }
                if state.withLock(\.fails) { throw AWSError(.unavailable, "the source is down") }
                return AWSCredentials(
                    accessKeyID: "key \(number)", secretAccessKey: Secret("planted"),
                    expiration: life.map { time.now.addingTimeInterval($0) })
            }
        }
    }

    private let source = Source()

    @Test
    func `concurrent callers share one fetch`() async throws {
        let credentials = source.credentials()
        source.hold()
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await credentials.credentials().accessKeyID } }
            #expect(await eventually { source.waiting == 1 })
            source.release()
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys == ["key 1"])
        #expect(source.calls == 1)
    }

    @Test
    func `from 15 minutes before the end, the fetch runs in the background`() async throws {
        let credentials = source.credentials()
        _ = try await credentials.credentials()
        source.time.pass(3600 - 901)
        #expect(try await credentials.credentials().accessKeyID == "key 1")
        #expect(source.calls == 1)
        source.time.pass(2)
        source.hold()
        #expect(try await credentials.credentials().accessKeyID == "key 1", "callers do not wait yet")
        #expect(await eventually { source.waiting == 1 })
        #expect(try await credentials.credentials().accessKeyID == "key 1")
        source.release()
        #expect(await eventually { (try? await credentials.credentials().accessKeyID) == "key 2" })
        #expect(source.calls == 2)
    }

    @Test
    func `from 10 minutes before the end, callers wait`() async throws {
        let credentials = source.credentials()
        _ = try await credentials.credentials()
        source.time.pass(3600 - 599)
        #expect(try await credentials.credentials().accessKeyID == "key 2")
    }

    @Test
    func `a failed fetch keeps the old credentials and is logged`() async throws {
        let lines = Mutex<[String]>([])
        let log = Logger { record in lines.withLock { $0.append("\(record.level) \(record.message)") } }
        let credentials = source.credentials(log)
        _ = try await credentials.credentials()
        source.fail(true)
        source.time.pass(3600 - 800)
        #expect(try await credentials.credentials().accessKeyID == "key 1")
        #expect(await eventually { lines.withLock { $0.count } == 1 })
        #expect(
            lines.withLock { $0.first }
                == "warning new AWS credentials could not be fetched; the old ones are still valid")
        // No immediate retry, even for callers that must wait in the last ten minutes.
        #expect(try await credentials.credentials().accessKeyID == "key 1")
        #expect(source.calls == 2)
        source.time.pass(790)
        #expect(try await credentials.credentials().accessKeyID == "key 1")
        #expect(source.calls == 3)
        source.time.pass(11)
        await #expect(throws: AWSError.self) { _ = try await credentials.credentials() }
        source.fail(false)
        #expect(try await credentials.credentials().accessKeyID == "key 5")
    }

    @Test
    func `short lifetimes have short refresh windows`() async throws {
        let credentials = source.credentials(life: 900)
        _ = try await credentials.credentials()
        source.time.pass(600)
        _ = try await credentials.credentials()
        #expect(source.calls == 1, "a session of 15 minutes is not always in the window")
        source.time.pass(299)
        #expect(try await credentials.credentials().accessKeyID == "key 2")
    }

    @Test
    func `the cancellation of one waiter does not affect the others`() async throws {
        let credentials = source.credentials()
        source.hold()
        let first = Task { try await credentials.credentials() }
        #expect(await eventually { source.waiting == 1 })
        let second = Task { try await credentials.credentials() }
        first.cancel()
        let error = await #expect(throws: AWSError.self) { _ = try await first.value }
        #expect(error?.kind == .cancelled, "it ends while the fetch continues")
        source.release()
        #expect(try await second.value.accessKeyID == "key 1")
        #expect(source.calls == 1)
    }

    @Test
    func `expired credentials are refreshed once for all refused callers`() async throws {
        let credentials = source.credentials()
        let old = try await credentials.credentials()
        source.hold()
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await credentials.refresh(after: old).accessKeyID } }
            #expect(await eventually { source.waiting == 1 })
            source.release()
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys == ["key 2"])
        #expect(try await credentials.refresh(after: old).accessKeyID == "key 2", "the newer ones have been fetched")
        #expect(source.calls == 2)
    }

    @Test
    func `a source without newer credentials is an error`() async throws {
        let fixed = AWSCredentials(accessKeyID: "fixed", secretAccessKey: Secret("planted"))
        let credentials = RefreshingCredentials(name: "variables") { () async throws(AWSError) in fixed }
        let error = await #expect(throws: AWSError.self) { _ = try await credentials.refresh(after: fixed) }
        #expect(error?.kind == .expired)
        #expect(error?.message.contains("variables") == true)
    }

    @Test
    func `permanent credentials are fetched once`() async throws {
        let credentials = source.credentials(life: nil)
        for _ in 0..<3 {
            _ = try await credentials.credentials()
            source.time.pass(1e7)
        }
        #expect(source.calls == 1)
    }
}
