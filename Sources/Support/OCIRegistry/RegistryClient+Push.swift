internal import FoundationEssentials
internal import LaunchCrypto
internal import LaunchHTTP

extension RegistryClient {
    /// The result of asking for a blob of another repository.
    public enum Mount: Sendable {
        /// The repository has the blob now.
        case mounted
        /// The registry does not mount it.
        case refused
    }

    /// Lets a repository use a blob of another repository of this registry. No bytes of the blob are sent.
    public func mount(
        _ digest: String, from origin: String, to repository: String
    ) async throws(OCIError) -> Mount {
        try Self.check(repository, digest)
        try Self.check(origin, digest)
        return try await retry.run { () throws(OCIError) in
            let host = self.configuration.host
            let source = host.apiRepository(origin)
            let use = RepositoryUse(host.apiRepository(repository), writes: true, origin: source)
            let query = "mount=\(Self.encoded(digest))&from=\(Self.encoded(source))"
            let answer = try await self.transport.call(
                self.request(.post, self.transport.url("blobs/uploads/?\(query)", of: repository)), use,
                self.name(repository))
            switch answer.status {
            case 201: return .mounted
            // A refusal opens an upload. Registries remove unused uploads.
            case 200..<300, 400, 403, 404, 405: return .refused
            default: throw self.unexpected(answer, repository, "a mount of \(digest)")
            }
        }
    }

    /// Sends a blob, whole or in pieces, and continues after a cut connection where the registry can.
    /// - Parameter progress: gets the number of bytes as they are sent, also of those that are sent again.
    /// - Throws: `.corrupt` if the source has other bytes than its digest says, and all errors of requests.
    public func push(
        _ blob: any BlobSource, to repository: String, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(OCIError) {
        try Self.check(repository, blob.digest)
        try await BlobUpload(client: self, blob: blob, repository: repository, progress: progress).run()
    }

    /// Stores a manifest under a tag or its digest. All blobs that it names must have been pushed before.
    /// - Throws: `.refused` with the registry's own words, for instance if the tag cannot be moved.
    public func putManifest(
        _ bytes: [UInt8], mediaType: String, to repository: String, _ reference: String
    ) async throws(OCIError) {
        try Self.check(repository, reference)
        let digest = "sha256:\(SHA256.hex(bytes))"
        try await retry.run { () throws(OCIError) in
            let use = RepositoryUse(self.configuration.host.apiRepository(repository), writes: true)
            var request = self.request(
                .put, self.transport.url("manifests/\(reference)", of: repository), body: .bytes(bytes))
            request.headers["Content-Type"] = mediaType
            let answer = try await self.transport.call(request, use, self.name(repository))
            guard (200..<300).contains(answer.status) else {
                throw self.unexpected(answer, repository, "the manifest of \(reference)")
            }
            if let stored = answer.headers["Docker-Content-Digest"], stored != digest {
                throw OCIError(
                    .corrupt, "\(self.name(repository)) stored a manifest with another digest than \(digest).")
            }
        }
    }

    func request(_ method: HTTPMethod, _ url: String, body: HTTPBody = .none) -> HTTPRequest {
        HTTPRequest(
            method, url, body: body, timeout: .seconds(120), resolve: configuration.addresses, maxBodyBytes: 1 << 20)
    }

    /// The error for a response that is not the expected one.
    func unexpected(_ answer: HTTPResponse, _ repository: String, _ what: String) -> OCIError {
        let place = name(repository)
        if let failure = Transport.failure(
            answer.status, answer.headers, place, on: configuration.host.name, writes: true)
        {
            return failure
        }
        let words = Self.words(of: answer.body).map { ": \($0)" } ?? ""
        return OCIError(.refused, "\(place) refuses \(what) with status \(answer.status)\(words).")
    }

    /// The registry's own words for an error, on one line.
    private static func words(of body: Data) -> String? {
        struct Answer: Decodable {
            struct Item: Decodable {
                var code: String?
                var message: String?
            }
            var errors: [Item]
        }
        guard let item = (try? JSONDecoder().decode(Answer.self, from: body))?.errors.first else { return nil }
        let text = [item.code, item.message].compactMap(\.self).joined(separator: ", ")
        let shown = text.unicodeScalars.map { $0.value >= 0x20 && $0.value != 0x7F && $0.value < 0x80 ? $0 : "?" }
        return shown.isEmpty ? nil : String(String.UnicodeScalarView(shown.prefix(200)))
    }

    static func encoded(_ text: String) -> String {
        text.replacing(":", with: "%3A").replacing("/", with: "%2F")
    }
}
