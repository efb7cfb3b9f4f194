import Foundation
import Synchronization

@testable import LaunchBlobs

/// An object store in memory, whose calls may be refused.
final class MemoryObjects: ObjectStore {
    private struct State {
        var objects: [String: [UInt8]] = [:]
        var uploads = 0
        var mayDelete = true
    }
    private let state = Mutex(State())

    /// The addresses of all objects.
    var uris: [String] { state.withLock { $0.objects.keys.sorted() } }
    var uploads: Int { state.withLock(\.uploads) }
    var mayDelete: Bool {
        get { state.withLock(\.mayDelete) }
        set { state.withLock { $0.mayDelete = newValue } }
    }

    /// Changes one byte of all objects.
    func damage() {
        state.withLock { state in for uri in state.objects.keys { state.objects[uri]?[0] ^= 1 } }
    }

    func remove(_ uri: String) { state.withLock { $0.objects[uri] = nil } }

    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError) {
        let found = state.withLock { $0.objects.filter { $0.key.hasPrefix(uri) } }
        if !found.isEmpty { try await page(found.map { Self.object($0, $1) }) }
    }

    func object(_ uri: String) async throws(BackendError) -> StoredObject? {
        state.withLock { $0.objects[uri].map { Self.object(uri, $0) } }
    }

    func download(
        _ uri: String, to path: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject {
        guard let bytes = state.withLock({ $0.objects[uri] }) else { throw BackendError(.notFound, "no \(uri)") }
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            throw BackendError(.internalFault, path)
        }
        return Self.object(uri, bytes)
    }

    func upload(
        _ path: String, to uri: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) {
        guard let data = FileManager.default.contents(atPath: path) else { throw BackendError(.internalFault, path) }
        state.withLock { state in
            state.objects[uri] = [UInt8](data)
            state.uploads += 1
        }
    }

    func delete(_ uri: String) async throws(BackendError) {
        guard mayDelete else { throw BackendError(.denied, "no deletion of \(uri)") }
        remove(uri)
    }

    private static func object(_ uri: String, _ bytes: [UInt8]) -> StoredObject {
        StoredObject(uri: uri, size: Int64(bytes.count), version: "1")
    }
}
