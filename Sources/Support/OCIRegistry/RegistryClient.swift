internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchCrypto
public import LaunchHTTP
internal import Synchronization

/// Reads and pushes images of one registry over the distribution API. A client belongs to one host, so its login is never sent
/// to another.
public final class RegistryClient: Sendable {
    /// How to reach a registry.
    public struct Configuration: Sendable {
        /// The registry.
        public var host: RegistryHost
        /// A PEM file with certificate authorities that replace the system's. If set, connections use https.
        public var caFile: String?
        /// Whether to use plain HTTP. Otherwise only loopback hosts are reached over plain HTTP.
        public var insecure: Bool
        /// Other addresses for host names.
        public var addresses: [HTTPRequest.AddressOverride]
        /// Other hosts, or `host:port`, whose token services may receive the login.
        public var tokenHosts: [String]
        /// The wait before the first repetition of a failed request. Later waits are longer.
        package var firstDelay = Duration.milliseconds(200)

        public init(
            host: RegistryHost, caFile: String? = nil, insecure: Bool = false,
            addresses: [HTTPRequest.AddressOverride] = [], tokenHosts: [String] = []
        ) {
            self.host = host
            self.caFile = caFile
            self.insecure = insecure
            self.addresses = addresses
            self.tokenHosts = tokenHosts
        }

        /// Whether connections use plain HTTP.
        public var isPlain: Bool { insecure || (host.isLoopback && caFile == nil) }
    }

    /// The configuration of the client.
    public let configuration: Configuration
    let transport: Transport
    let retry: RegistryRetry
    /// The size of a piece of an upload.
    let pieceBytes: Int64
    /// Images by digest, which never change. The cache is small; an evicted entry requires one more call.
    private let seen = Mutex<[String: RemoteImage]>([:])

    static let manifestLimit = 4 << 20
    static let configLimit = 8 << 20

    /// A client. `login` is called when the registry requires a login; nil means anonymous access.
    public convenience init(
        _ configuration: Configuration,
        login: @escaping @Sendable () async throws(OCIError) -> RegistryLogin? = { () throws(OCIError) in nil }
    ) {
        var retry = RegistryRetry()
        retry.backoff.first = configuration.firstDelay
        self.init(configuration, retry: retry, login: login)
    }

    init(
        _ configuration: Configuration, retry: RegistryRetry, pieceBytes: Int64 = UploadPlan.pieceBytes,
        login: @escaping @Sendable () async throws(OCIError) -> RegistryLogin?
    ) {
        self.configuration = configuration
        self.retry = retry
        self.pieceBytes = pieceBytes
        let plain = configuration.isPlain
        transport = Transport(
            host: configuration.host, scheme: plain ? "http" : "https",
            http: HTTPClient(configuration: .init(caBundle: configuration.caFile)),
            addresses: configuration.addresses,
            authenticator: Authenticator(
                host: configuration.host, plainAllowed: plain, tokenHosts: configuration.tokenHosts, login: login))
    }

    /// The image with a tag or a `sha256:` digest; nil if the registry does not have it.
    ///
    /// The returned digest was compared with the SHA-256 of the document.
    public func image(_ repository: String, _ reference: String) async throws(OCIError) -> RemoteImage? {
        try Self.check(repository, reference)
        return try await retry.run { () throws(OCIError) in
            guard let digest = try await self.digest(repository, reference) else { return nil }
            let key = "\(repository)@\(digest)"
            if let image = self.seen.withLock({ $0[key] }) { return image }
            guard let image = try await self.describe(repository, digest) else { return nil }
            self.seen.withLock { seen in
                if seen.count >= 256 { seen.removeAll() }
                seen[key] = image
            }
            return image
        }
    }

    /// The current digest of a tag.
    private func digest(_ repository: String, _ reference: String) async throws(OCIError) -> String? {
        let head = try await transport.get(
            .head, "manifests/\(reference)", of: repository, accept: Manifest.acceptedTypes, limit: Self.manifestLimit)
        if Transport.isUnknownMethod(head) { return try await digestByGet(repository, reference) }
        guard head.status == 200 else {
            // A server that returns 404 for every path is not a registry. The version header identifies a registry.
            if head.headers["Docker-Distribution-Api-Version"] == nil { try await requireRegistry(repository) }
            return nil
        }
        if let digest = head.headers["Docker-Content-Digest"] {
            try requireDigest(digest, of: repository)
            if reference.contains(":"), digest != reference {
                throw OCIError(.corrupt, "\(name(repository)) returned \(digest) for \(reference).")
            }
            return digest
        }
        if reference.contains(":") { return reference }
        return try await digestByGet(repository, reference)
    }

    /// The digest, computed from the document.
    private func digestByGet(_ repository: String, _ reference: String) async throws(OCIError) -> String? {
        let whole = try await transport.get(
            .get, "manifests/\(reference)", of: repository, accept: Manifest.acceptedTypes, limit: Self.manifestLimit)
        guard whole.status == 200 else {
            if whole.headers["Docker-Distribution-Api-Version"] == nil { try await requireRegistry(repository) }
            return nil
        }
        let digest = Self.digest(of: whole.body)
        if reference.contains(":"), digest != reference {
            throw OCIError(.corrupt, "\(name(repository)) returned \(digest) for \(reference).")
        }
        return digest
    }

    private func describe(_ repository: String, _ digest: String) async throws(OCIError) -> RemoteImage? {
        guard let (manifest, type) = try await manifest(repository, digest) else { return nil }
        if let entries = manifest.manifests {
            for entry in entries { try requireDigest(entry.digest, of: repository) }
            let images = entries.compactMap { entry in
                entry.platform?.platform.map { RemoteImage.Variant(digest: entry.digest, platform: $0) }
            }
            return RemoteImage(digest: digest, mediaType: type, images: images)
        }
        var platform: ImagePlatform?
        if let config = manifest.config {
            try requireDigest(config.digest, of: repository)
            let blob = try await document("blobs/\(config.digest)", repository, config.digest, Self.configLimit)
            // The config of an artifact may have any content. An artifact is not an image and has no platform.
            let fields = blob.flatMap { try? JSONDecoder().decode(Manifest.PlatformFields.self, from: $0.body) }
            platform = fields?.platform
        }
        return RemoteImage(digest: digest, mediaType: type, images: [.init(digest: digest, platform: platform)])
    }

    private func manifest(_ repository: String, _ digest: String) async throws(OCIError) -> (Manifest, String)? {
        guard let answer = try await document("manifests/\(digest)", repository, digest, Self.manifestLimit) else {
            return nil
        }
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: answer.body),
            manifest.manifests != nil || manifest.config != nil
        else {
            throw OCIError(
                .notARegistry,
                "\(name(repository))@\(digest) is neither an image nor an image index in a known format.")
        }
        return (manifest, manifest.mediaType ?? answer.headers["Content-Type"] ?? "unknown")
    }

    func document(
        _ path: String, _ repository: String, _ digest: String, _ limit: Int
    ) async throws(OCIError) -> HTTPResponse? {
        let answer = try await transport.get(
            .get, path, of: repository, accept: path.hasPrefix("manifests/") ? Manifest.acceptedTypes : [], limit: limit
        )
        guard answer.status == 200 else { return nil }
        let actual = Self.digest(of: answer.body)
        guard actual == digest else {
            throw OCIError(.corrupt, "\(name(repository)) returned \(actual) for \(digest).")
        }
        return answer
    }

    private func requireRegistry(_ repository: String) async throws(OCIError) {
        guard try await transport.isRegistry() else {
            throw OCIError(
                .notARegistry,
                "\(configuration.host.name) is not an image registry: it has no /v2/ "
                    + "(\(name(repository))).")
        }
    }

    /// Validates a digest from the registry, because it becomes part of the next URL and of the image's name.
    func requireDigest(_ text: String, of repository: String) throws(OCIError) {
        guard text.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else {
            let shown = text.unicodeScalars.prefix(80).map { $0.isASCII && $0.value > 31 ? String($0) : "?" }.joined()
            throw OCIError(.corrupt, "\(name(repository)) names the digest '\(shown)', which is not a SHA-256 digest.")
        }
    }

    func name(_ repository: String) -> String { "\(configuration.host.name)/\(repository)" }

    private static func digest(of body: Data) -> String { "sha256:\(SHA256.hex(body))" }

    /// Both become part of a URL, so only characters that the distribution API allows are accepted.
    static func check(_ repository: String, _ reference: String) throws(OCIError) {
        guard repository.wholeMatch(of: /[a-z0-9._-]+(?:\/[a-z0-9._-]+)*/) != nil,
            !repository.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { throw OCIError(.invalid, "'\(repository)' is not a repository name.") }
        guard reference.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64}/) != nil else {
            throw OCIError(.invalid, "'\(reference)' is neither a tag nor a sha256 digest (repository \(repository)).")
        }
    }
}
