/// An environment that can access objects by URI: `s3://bucket/key`.
///
/// A runner asks `context.environment as? any ObjectStoring`.
public protocol ObjectStoring: Environment {
    /// The schemes of URIs that `objectStore` accepts, without `://`: `["s3"]`.
    var objectSchemes: [String] { get }

    /// The store of the objects. Called before each use; the environment caches what is worth caching.
    func objectStore() async throws(BackendError) -> any ObjectStore

    /// The permissions of an agent that reads the sources of submitters below a URI, and deletes those that nothing uses.
    /// - Parameter uri: a place without a slash at its end: `s3://bucket/prefix`.
    func permissions(forSourcesAt uri: String) -> [Permission]
}

extension ObjectStoring {
    /// None.
    public func permissions(forSourcesAt uri: String) -> [Permission] { [] }
}

/// Objects by URI. No object is loaded into memory as a whole.
public protocol ObjectStore: Sendable {
    /// Lists every object whose key begins with the key of `uri`, in the order of the UTF-8 bytes of the keys. Calls
    /// `page` with 1 to 1,000 objects at a time.
    /// - Throws: `.invalid` for a URI of another scheme, `.notFound` for a bucket that does not exist, `.denied`, …
    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError)

    /// The size and version of one object; nil if it does not exist.
    func object(_ uri: String) async throws(BackendError) -> StoredObject?

    /// Downloads an object to a file. The file gets its content only when all bytes have arrived. `progress` gets the
    /// number of bytes.
    /// - Returns: the object that was downloaded. It may have changed since it was listed.
    @discardableResult
    func download(
        _ uri: String, to path: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject

    /// Uploads a file as an object.
    func upload(
        _ path: String, to uri: String, progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)?
    ) async throws(BackendError)

    /// Copies an object in the store, without its bytes passing this machine.
    /// - Returns: false if the store cannot copy this object, or it does not exist; the caller then uploads the bytes. The
    ///   default is false.
    func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool

    /// Deletes an object. It is not an error if the object does not exist.
    func delete(_ uri: String) async throws(BackendError)
}

extension ObjectStore {
    public func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool { false }
}

/// The metadata of an object.
public struct StoredObject: Sendable, Hashable, Codable {
    /// `s3://bucket/key`, with the key as it is, not percent-encoded.
    public var uri: String
    /// Size in bytes.
    public var size: Int64
    /// A text that changes with the content.
    public var version: String
    /// When the object was last written, by the store's clock; nil if the store does not say it.
    public var modified: Timestamp?

    public init(uri: String, size: Int64, version: String, modified: Timestamp? = nil) {
        self.uri = uri
        self.size = size
        self.version = version
        self.modified = modified
    }
}

extension ObjectStore {
    /// All objects whose key begins with the key of `uri`.
    /// - Parameter limit: the maximum number of objects; all are in memory.
    /// - Throws: `invalid` if there are more objects, and what `list` throws.
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
