internal import Synchronization

/// One version of code in an object store, as a list of the objects shows it.
package struct CodeVersion: Sendable, Hashable {
    package var place: CodePlace
    /// The number of files, and their size in bytes.
    package var files = 0
    package var bytes: Int64 = 0
    /// Whether the marker exists, so that runs can use the version.
    package var isComplete = false
    /// Whether a program removes the version, or was interrupted.
    package var isBeingRemoved = false
    /// The time of the last upload or recorded use, by the store's clock; nil if the store does not say it. A use is
    /// recorded at most once in `recordedFor`.
    package var lastUse: Timestamp?

    /// A use is recorded again after this time.
    package static let recordedFor: Duration = .seconds(86_400)
    /// The shortest age of a version that is removed: a version whose last recorded use is older is not in use by a
    /// program that has just looked.
    package static let shortestAge: Duration = .seconds(2 * 86_400)

    /// All versions below a root, sorted by their digests. Other objects below it are ignored.
    /// - Parameter progress: gets the number of objects so far.
    package static func all(
        below root: String, in objects: any ObjectStore, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(BackendError) -> [CodeVersion] {
        let tally = Tally()
        try await objects.list(root + "/") { page async throws(BackendError) in
            progress(tally.add(page, below: root))
        }
        return tally.versions
    }

    /// Adds an object of the version.
    fileprivate mutating func add(_ object: StoredObject) {
        switch object.uri {
        // Compared by bytes: the name of a file may begin with a character that combines with the slash.
        case _ where object.uri.utf8.starts(with: place.files.utf8):
            files += 1
            bytes += object.size
        case place.marker: isComplete = true
        case place.used: break
        case _ where object.uri.hasPrefix(place.removals):
            isBeingRemoved = true
            return
        default: return
        }
        lastUse = [lastUse, object.modified].compactMap(\.self).max()
    }
}

/// Counts the objects of versions, page by page, so that memory does not grow with their number.
private final class Tally: Sendable {
    private struct State {
        var count = 0
        var found: [String: CodeVersion] = [:]
    }
    private let state = Mutex(State())

    /// Sorted by their digests.
    var versions: [CodeVersion] {
        state.withLock { $0.found.values.sorted { $0.place.digest < $1.place.digest } }
    }

    /// Returns the number of all objects so far.
    func add(_ page: [StoredObject], below root: String) -> Int {
        state.withLock { state in
            state.count += page.count
            for object in page {
                let digest = object.uri.utf8.dropFirst(root.utf8.count + 1).prefix { $0 != UInt8(ascii: "/") }
                guard let place = CodePlace(root: root, digest: digest) else { continue }
                state.found[place.digest, default: CodeVersion(place: place)].add(object)
            }
            return state.count
        }
    }
}

extension CodePlace {
    /// Nil if the bytes are not 64 hex digits.
    fileprivate init?(root: String, digest: Substring.UTF8View) {
        guard digest.count == 64, digest.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        self.init(root: root, digest: String(decoding: digest, as: UTF8.self))
    }
}
