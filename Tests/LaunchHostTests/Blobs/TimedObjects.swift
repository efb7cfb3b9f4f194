import Foundation
import LaunchHost
import Synchronization

@testable import LaunchBlobs

/// Objects in memory with times, and a record of the calls. It fails on demand.
final class TimedObjects: ObjectStore {
    struct Content: Hashable {
        var bytes: [UInt8]
        var modified: Timestamp
    }
    struct State {
        var objects: [String: Content] = [:]
        var calls: [String] = []
        /// The number of writes that succeed; then all fail.
        var writes = Int.max
        var copies = true
        var mayDelete = true
        var now = Timestamp(milliseconds: 1_800_000_000_000)
    }
    let state = Mutex(State())

    var now: Timestamp { state.withLock(\.now) }
    func advance(days: Double) {
        state.withLock { $0.now = Timestamp(milliseconds: $0.now.milliseconds + Int64(days * 86_400_000)) }
    }
    func bytes(_ uri: String) -> [UInt8]? { state.withLock { $0.objects[uri]?.bytes } }
    /// The addresses of all objects, sorted.
    var uris: [String] { state.withLock { $0.objects.keys.sorted() } }

    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError) {
        let found = state.withLock { state in
            state.calls.append("list")
            return state.objects.filter { $0.key.hasPrefix(uri) }
        }
        guard !found.isEmpty else { return }
        try await page(found.map { Self.object($0, $1) })
    }

    func object(_ uri: String) async throws(BackendError) -> StoredObject? {
        state.withLock { state in
            state.calls.append("head")
            return state.objects[uri].map { Self.object(uri, $0) }
        }
    }

    func download(
        _ uri: String, to path: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject {
        guard let content = state.withLock({ $0.objects[uri] }) else { throw BackendError(.notFound, "no \(uri)") }
        guard FileManager.default.createFile(atPath: path, contents: Data(content.bytes)) else {
            throw BackendError(.internalFault, path)
        }
        return Self.object(uri, content)
    }

    func upload(
        _ path: String, to uri: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) {
        let bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
        try write(bytes, uri, "put")
    }

    func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool {
        guard let content = state.withLock({ $0.copies ? $0.objects[uri] : nil }) else { return false }
        try write(content.bytes, other, "copy")
        return true
    }

    func delete(_ uri: String) async throws(BackendError) {
        let may = state.withLock { state in
            state.calls.append("delete")
            if state.mayDelete { state.objects[uri] = nil }
            return state.mayDelete
        }
        guard may else { throw BackendError(.denied, "No deletion of \(uri).") }
    }

    private func write(_ bytes: [UInt8], _ uri: String, _ call: String) throws(BackendError) {
        let fits = state.withLock { state in
            state.writes -= 1
            guard state.writes >= 0 else { return false }
            state.calls.append(call)
            state.objects[uri] = Content(bytes: bytes, modified: state.now)
            return true
        }
        guard fits else { throw BackendError(.unavailable, "The store went away.") }
    }

    /// The calls since the last time.
    func take() -> [String] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls
        }
    }

    private static func object(_ uri: String, _ content: Content) -> StoredObject {
        StoredObject(uri: uri, size: Int64(content.bytes.count), version: "", modified: content.modified)
    }
}

/// Another store whose calls each wait for their turn.
struct TurnedObjects: ObjectStore {
    let base: TimedObjects
    let turn: @Sendable () async -> Void

    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError) {
        await turn()
        try await base.list(uri, page)
    }

    func object(_ uri: String) async throws(BackendError) -> StoredObject? {
        await turn()
        return try await base.object(uri)
    }

    func download(
        _ uri: String, to path: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject {
        await turn()
        return try await base.download(uri, to: path, progress: progress)
    }

    func upload(
        _ path: String, to uri: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) {
        await turn()
        try await base.upload(path, to: uri, progress: progress)
    }

    func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool {
        await turn()
        return try await base.copy(uri, to: other)
    }

    func delete(_ uri: String) async throws(BackendError) {
        await turn()
        try await base.delete(uri)
    }
}
