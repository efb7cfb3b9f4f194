internal import FoundationEssentials
internal import LaunchHTTP

extension RegistryClient {
    /// The largest size of a layer that is believed, in bytes: a pebibyte. Sums of such sizes do not overflow.
    static let largestLayer: Int64 = 1 << 50

    /// The documents of the image with this digest of a manifest; nil if the registry does not have it.
    /// - Throws: `.notARegistry` if it is not an image.
    public func documents(_ repository: String, _ digest: String) async throws(OCIError) -> ImageDocuments? {
        try Self.check(repository, digest)
        return try await retry.run { () throws(OCIError) in
            guard let answer = try await self.document("manifests/\(digest)", repository, digest, Self.manifestLimit)
            else { return nil }
            guard let fields = try? JSONDecoder().decode(ImageDocuments.Fields.self, from: answer.body) else {
                throw OCIError(
                    .notARegistry, "\(self.name(repository))@\(digest) is not an image in a known format.")
            }
            try self.requireDigest(fields.config.digest, of: repository)
            for layer in fields.layers {
                try self.requireDigest(layer.digest, of: repository)
                guard (0...Self.largestLayer).contains(layer.size) else {
                    throw OCIError(
                        .corrupt,
                        "\(self.name(repository))@\(digest) has a layer of \(layer.size) bytes, which no layer has.")
                }
            }
            let path = "blobs/\(fields.config.digest)"
            guard let config = try await self.document(path, repository, fields.config.digest, Self.configLimit) else {
                throw OCIError(.corrupt, "\(self.name(repository))@\(digest) has no configuration.")
            }
            return ImageDocuments(
                digest: digest, mediaType: fields.mediaType ?? answer.headers["Content-Type"] ?? "unknown",
                manifest: answer.body, config: config.body, layers: fields.layers)
        }
    }

    /// A blob of a repository, to be copied to another registry. It is not looked up.
    public func remoteBlob(_ repository: String, _ digest: String, size: Int64) -> RemoteBlob {
        RemoteBlob(digest: digest, size: size, client: self, repository: repository)
    }

    /// Whether a repository has a blob.
    public func hasBlob(_ repository: String, _ digest: String) async throws(OCIError) -> Bool {
        try Self.check(repository, digest)
        return try await retry.run { () throws(OCIError) in
            let path = "blobs/\(digest)"
            let head = try await self.transport.get(.head, path, of: repository, limit: Self.manifestLimit)
            guard Transport.isUnknownMethod(head) else { return head.status == 200 }
            let stream = try await self.blobStream(repository, digest, from: 0)
            stream.cancel()
            return stream.status == 200
        }
    }

    /// Opens a blob from a position on. The second value is the number of bytes to skip if the server sends all bytes.
    func blob(
        _ repository: String, _ digest: String, from offset: Int64
    ) async throws(OCIError) -> (HTTPStream, skipped: Int64) {
        try Self.check(repository, digest)
        let stream = try await blobStream(repository, digest, from: offset)
        switch stream.status {
        case 200: return (stream, offset)
        case 206 where offset > 0: return (stream, 0)
        default:
            stream.cancel()
            let place = name(repository)
            if let failure = Transport.failure(stream.status, stream.headers, place, on: configuration.host.name) {
                throw failure
            }
            throw OCIError(
                .corrupt, "\(place) has no blob \(digest), which one of its images needs (status \(stream.status)).")
        }
    }

    private func blobStream(
        _ repository: String, _ digest: String, from offset: Int64
    ) async throws(OCIError) -> HTTPStream {
        let use = RepositoryUse(configuration.host.apiRepository(repository))
        var request = HTTPRequest(
            .get, transport.url("blobs/\(digest)", of: repository), idleTimeout: .seconds(60),
            leastProgress: .init(bytes: 64 << 10, within: .seconds(60)), resolve: configuration.addresses,
            followRedirects: true)
        if offset > 0 { request.headers["Range"] = "bytes=\(offset)-" }
        return try await transport.stream(request, use, name(repository))
    }

    func failure(of error: HTTPError, _ repository: String) -> OCIError {
        transport.failure(of: error, name(repository))
    }
}
