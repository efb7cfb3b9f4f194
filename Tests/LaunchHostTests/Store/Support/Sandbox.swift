import Foundation

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

/// A temporary folder for one test, deleted with the value.
final class Sandbox: Sendable {
    let path: String
    let home: LaunchHome

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/launch-store-\(UUID().uuidString)"
        home = LaunchHome(path: path + "/home")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A store that does not synchronize commits to disk. Tests need to survive the end of a process, not of the
    /// machine.
    func store(now: @escaping @Sendable () -> Date = { Date() }) throws -> Store {
        try Store(home: home, durability: .processEnd, now: now)
    }

    /// A store with a queue `q`.
    func storeWithQueue() throws -> Store {
        let store = try store()
        try store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        return store
    }
}

extension LaunchSpec {
    static func sample(
        queue: String? = "q", priority: Priority = .medium, name: String? = nil, image: String = "busybox"
    ) -> LaunchSpec {
        LaunchSpec(
            source: .image(image), name: name, project: "p", entity: "e", author: SystemUser.name, resource: "mock",
            queue: queue, priority: priority)
    }
}

/// A value that several threads change.
final class Shared<Value: Sendable>: @unchecked Sendable {
    // Unchecked because `NSLock` guards the value; a Thread's block cannot capture a Mutex.
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    @discardableResult
    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(&value) }
    }
}

/// Runs `body` on `count` new threads at once and waits for all. The bodies block, which tasks must not do.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<count {
            group.addTask {
                try await withCheckedThrowingContinuation { continuation in
                    Thread { continuation.resume(with: Result { try body(index) }) }.start()
                }
            }
        }
        try await group.waitForAll()
    }
}

/// The owner with the given name. The names in the tests are valid.
func owner(_ text: String) throws -> OwnerID {
    guard let id = OwnerID(rawValue: text) else { throw StoreError(.invalid, "no owner: \(text)") }
    return id
}

/// The error that `body` throws, or nil.
func storeError(_ body: () throws -> Void) -> StoreError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StoreError
    }
}
