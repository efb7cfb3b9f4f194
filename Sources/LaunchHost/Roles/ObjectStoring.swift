/// An environment through which objects can be had that have URIs: `s3://bucket/key`.
///
/// A runner asks `context.environment as? any ObjectStoring`.
public protocol ObjectStoring: Environment {
    /// The beginnings of URIs that `objectStore` takes, without `://`: `["s3"]`.
    var objectSchemes: [String] { get }

    /// The way to the objects. Called before each use; whoever answers keeps what is worth keeping.
    func objectStore() async throws(BackendError) -> any ObjectStore
}

/// Objects by URI. No object is ever whole in memory.
public protocol ObjectStore: Sendable {
    /// Every object whose key begins with that of `uri`, whatever stands behind it, in order of the keys' UTF-8.
    /// `page` is called with 1 to 1,000 objects at a time.
    /// - Throws: `.invalid` for a URI of another scheme, `.notFound` for a bucket that does not exist, `.denied`, …
    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError)

    /// What is known of one object; nil where there is none.
    func object(_ uri: String) async throws(BackendError) -> StoredObject?

    /// Writes an object into a file, which takes its content only when all is there; `progress` is told of bytes that came.
    /// Answers what was written: it may have changed since it was listed.
    @discardableResult
    func download(
        _ uri: String, to path: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject

    /// Writes an object from a file.
    func upload(
        _ path: String, to uri: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
    ) async throws(BackendError)

    /// Deletes an object; one that is not there is no error.
    func delete(_ uri: String) async throws(BackendError)
}

/// What a store says of an object without giving it.
public struct StoredObject: Sendable, Hashable, Codable {
    /// `s3://bucket/key`, the key as it is, without percent signs for anything.
    public var uri: String
    /// In bytes.
    public var size: Int64
    /// Changes with the content.
    public var version: String

    /// An object from its parts.
    public init(uri: String, size: Int64, version: String) {
        self.uri = uri
        self.size = size
        self.version = version
    }
}

extension ObjectStore {
    /// All objects whose key begins with that of `uri`.
    /// - Parameter limit: the most objects, which are all in memory.
    /// - Throws: `invalid` where there are more, and what `list` throws.
    public func all(_ uri: String, limit: Int = 1_000_000) async throws(BackendError) -> [StoredObject] {
        let found = Found()
        try await list(uri) { page async throws(BackendError) in
            guard await found.add(page) <= limit else {
                throw BackendError(
                    .invalid, "There are more than \(limit) objects whose URI begins with \(uri), which is the limit.",
                    hint: "Pack them into fewer objects.")
            }
        }
        return await found.objects
    }
}

private actor Found {
    var objects: [StoredObject] = []
    func add(_ page: [StoredObject]) -> Int {
        objects += page
        return objects.count
    }
}
