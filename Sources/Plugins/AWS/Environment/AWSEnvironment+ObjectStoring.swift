public import LaunchPluginKit

extension AWSEnvironment: ObjectStoring {
    /// Only S3.
    public var objectSchemes: [String] { [S3URI.scheme] }

    /// S3 with the environment's credentials.
    public func objectStore() async throws(BackendError) -> any ObjectStore {
        do throws(AWSError) {
            return S3ObjectStore(store: try await objects())
        } catch {
            throw error.backendError
        }
    }

    /// Objects below the place, and the list of the bucket: without it, S3 answers 403 for a missing object.
    public func permissions(forSourcesAt uri: String) -> [Permission] {
        guard let place = try? S3URI(uri) else { return [] }
        let partition = knownRegion.flatMap { Partition.of(region: $0)?.id } ?? "aws"
        let bucket = "arn:\(partition):s3:::\(place.bucket)"
        let folder = place.key.isEmpty ? "" : "\(place.key)/"
        return [
            Permission(
                .agent, ["s3:GetObject", "s3:DeleteObject"], on: ["\(bucket)/\(folder)*"],
                reason: "fetch the sources of submitters, and remove unused ones"),
            Permission(.agent, ["s3:ListBucket"], on: [bucket], reason: "tell a missing object from a denied one"),
        ]
    }
}

/// S3 as the host's object store.
struct S3ObjectStore: ObjectStore {
    let store: S3Store

    func list(
        _ uri: String, _ page: @Sendable ([StoredObject]) async throws(BackendError) -> Void
    ) async throws(BackendError) {
        let place = try S3URI(uri)
        var pages = store.list(bucket: place.bucket, prefix: place.key).makeAsyncIterator()
        while let found = try await Self.call({ () async throws(AWSError) in try await pages.next(isolation: nil) }) {
            let objects = found.objects.map {
                Self.stored($0, as: S3URI(bucket: place.bucket, key: $0.key).description)
            }
            if !objects.isEmpty { try await page(objects) }
        }
    }

    func object(_ uri: String) async throws(BackendError) -> StoredObject? {
        let place = try S3URI(uri, needsKey: true)
        do throws(AWSError) {
            return Self.stored(try await store.head(bucket: place.bucket, key: place.key), as: uri)
        } catch {
            guard error.kind == .notFound else { throw error.backendError }
            return nil
        }
    }

    func download(
        _ uri: String, to path: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) -> StoredObject {
        let place = try S3URI(uri, needsKey: true)
        return try await Self.call { () async throws(AWSError) in
            let object = try await store.download(
                bucket: place.bucket, key: place.key, to: path, progress: Self.report(progress))
            return Self.stored(object, as: uri)
        }
    }

    func upload(
        _ path: String, to uri: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(BackendError) {
        let place = try S3URI(uri, needsKey: true)
        try await Self.call { () async throws(AWSError) in
            try await store.upload(
                file: path, bucket: place.bucket, key: place.key, progress: Self.report(progress))
        }
    }

    func copy(_ uri: String, to other: String) async throws(BackendError) -> Bool {
        let (from, to) = (try S3URI(uri, needsKey: true), try S3URI(other, needsKey: true))
        do throws(AWSError) {
            try await store.copy(bucket: from.bucket, key: from.key, toBucket: to.bucket, key: to.key)
            return true
        } catch {
            // One call copies at most 5 GiB; a larger object is refused as an invalid request.
            guard error.kind == .notFound || error.kind == .invalid else { throw error.backendError }
            return false
        }
    }

    func delete(_ uri: String) async throws(BackendError) {
        let place = try S3URI(uri, needsKey: true)
        try await Self.call { () async throws(AWSError) in
            try await store.delete(bucket: place.bucket, key: place.key)
        }
    }

    private static func stored(_ object: S3Object, as uri: String) -> StoredObject {
        StoredObject(
            uri: uri, size: object.size, version: object.etag, modified: object.modified.map { Timestamp($0) })
    }

    private static func report(
        _ progress: (@Sendable (Int64, Int64) -> Void)?
    ) -> (@Sendable (S3Progress) -> Void)? {
        guard let progress else { return nil }
        return { progress($0.done, $0.total) }
    }

    @discardableResult
    private static func call<T>(_ body: () async throws(AWSError) -> T) async throws(BackendError) -> T {
        do throws(AWSError) {
            return try await body()
        } catch {
            throw error.backendError
        }
    }
}

/// `s3://bucket/key`. Keys are used unchanged; percent signs have no special meaning.
struct S3URI: CustomStringConvertible {
    static let scheme = "s3"
    let bucket: String
    let key: String

    init(bucket: String, key: String) {
        (self.bucket, self.key) = (bucket, key)
    }

    init(_ text: String, needsKey: Bool = false) throws(BackendError) {
        let start = "\(Self.scheme)://"
        guard text.hasPrefix(start) else {
            throw BackendError(.invalid, "'\(text)' is not a URI of S3: it must begin with \(start).")
        }
        let parts = text.dropFirst(start.count).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = String(parts.first ?? "")
        key = parts.count == 2 ? String(parts[1]) : ""
        guard !bucket.isEmpty else { throw BackendError(.invalid, "'\(text)' does not name a bucket.") }
        guard !needsKey || !key.isEmpty else { throw BackendError(.invalid, "'\(text)' does not name an object.") }
    }

    var description: String { "\(Self.scheme)://\(bucket)/\(key)" }
}
