internal import Crypto
internal import FoundationEssentials
public import HTTP
internal import Synchronization

/// Asks one registry what it has, over the distribution API. A client belongs to one host, so that its login can go to
/// no other.
public final class RegistryClient: Sendable {
    /// How a registry is reached.
    public struct Configuration: Sendable {
        /// Which one.
        public var host: RegistryHost
        /// A PEM file with the authorities to trust instead of the system's. Where it is given, the way is https.
        public var caFile: String?
        /// Whether plain HTTP is meant. Without it, that is used for loopback hosts only.
        public var insecure: Bool
        /// Names that are to be found at other addresses.
        public var addresses: [HTTPRequest.AddressOverride]
        /// Other hosts, or `host:port`, whose token services may see the login.
        public var tokenHosts: [String]

        /// A registry that is reached like that.
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

        /// Whether no TLS is used.
        public var isPlain: Bool { insecure || (host.isLoopback && caFile == nil) }
    }

    /// How it is reached.
    public let configuration: Configuration
    private let transport: Transport
    private let backoff: Backoff
    /// What has a digest never changes, so one look at it is enough. Kept small; a lost entry costs a call.
    private let seen = Mutex<[String: RemoteImage]>([:])

    private static let manifestLimit = 4 << 20
    private static let configLimit = 8 << 20

    /// A client. `login` is asked when the registry wants one; nil is anonymous.
    public convenience init(
        _ configuration: Configuration,
        login: @escaping @Sendable () async throws(OCIError) -> RegistryLogin? = { () throws(OCIError) in nil }
    ) {
        self.init(configuration, backoff: Backoff(), login: login)
    }

    init(
        _ configuration: Configuration, backoff: Backoff,
        login: @escaping @Sendable () async throws(OCIError) -> RegistryLogin?
    ) {
        self.configuration = configuration
        self.backoff = backoff
        let plain = configuration.isPlain
        transport = Transport(
            host: configuration.host, scheme: plain ? "http" : "https",
            http: HTTPClient(configuration: .init(caBundle: configuration.caFile)),
            addresses: configuration.addresses,
            authenticator: Authenticator(
                host: configuration.host, plainAllowed: plain, tokenHosts: configuration.tokenHosts, login: login))
    }

    /// What the registry has under a tag or a `sha256:` digest, or nil where it has nothing.
    ///
    /// A digest that is answered has been compared with the SHA-256 of the document that it names.
    public func image(_ repository: String, _ reference: String) async throws(OCIError) -> RemoteImage? {
        try Self.check(repository, reference)
        return try await backoff.run { () throws(OCIError) in
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

    /// The digest that a tag stands for now.
    private func digest(_ repository: String, _ reference: String) async throws(OCIError) -> String? {
        let head = try await transport.get(
            .head, "manifests/\(reference)", of: repository, accept: Manifest.acceptedTypes, limit: Self.manifestLimit)
        if Transport.isUnknownMethod(head) { return try await digestByGet(repository, reference) }
        guard head.status == 200 else {
            // What answers 404 to everything is no registry; one that says what it is needs no second question.
            if head.headers["Docker-Distribution-Api-Version"] == nil { try await requireRegistry(repository) }
            return nil
        }
        if let digest = head.headers["Docker-Content-Digest"] {
            try requireDigest(digest, of: repository)
            if reference.contains(":"), digest != reference {
                throw OCIError(.corrupt, "\(name(repository)) answers \(digest) where \(reference) was asked for.")
            }
            return digest
        }
        if reference.contains(":") { return reference }
        return try await digestByGet(repository, reference)
    }

    /// The digest of the document itself.
    private func digestByGet(_ repository: String, _ reference: String) async throws(OCIError) -> String? {
        let whole = try await transport.get(
            .get, "manifests/\(reference)", of: repository, accept: Manifest.acceptedTypes, limit: Self.manifestLimit)
        guard whole.status == 200 else {
            if whole.headers["Docker-Distribution-Api-Version"] == nil { try await requireRegistry(repository) }
            return nil
        }
        let digest = Self.digest(of: whole.body)
        if reference.contains(":"), digest != reference {
            throw OCIError(.corrupt, "\(name(repository)) answers \(digest) where \(reference) was asked for.")
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
            // An artifact's config may be anything; it is no image then, and has no platform.
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
                "\(name(repository))@\(digest) is no image and no index of images that this program knows.")
        }
        return (manifest, manifest.mediaType ?? answer.headers["Content-Type"] ?? "unknown")
    }

    private func document(
        _ path: String, _ repository: String, _ digest: String, _ limit: Int
    ) async throws(OCIError) -> HTTPResponse? {
        let answer = try await transport.get(
            .get, path, of: repository, accept: path.hasPrefix("manifests/") ? Manifest.acceptedTypes : [], limit: limit
        )
        guard answer.status == 200 else { return nil }
        let actual = Self.digest(of: answer.body)
        guard actual == digest else {
            throw OCIError(.corrupt, "\(name(repository)) answers \(actual) where \(digest) was asked for.")
        }
        return answer
    }

    private func requireRegistry(_ repository: String) async throws(OCIError) {
        guard try await transport.isRegistry() else {
            throw OCIError(
                .notARegistry,
                "\(configuration.host.name) is no image registry: it has no /v2/, asked for "
                    + "\(name(repository)).")
        }
    }

    /// A digest of the registry's becomes part of the next URL and of the image's name.
    private func requireDigest(_ text: String, of repository: String) throws(OCIError) {
        guard text.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else {
            let shown = text.unicodeScalars.prefix(80).map { $0.isASCII && $0.value > 31 ? String($0) : "?" }.joined()
            throw OCIError(.corrupt, "\(name(repository)) names the digest '\(shown)', which is no SHA-256.")
        }
    }

    private func name(_ repository: String) -> String { "\(configuration.host.name)/\(repository)" }

    private static func digest(of body: Data) -> String { "sha256:\(SHA256.hex(body))" }

    /// Both become part of a URL, so nothing else than what the distribution API allows may be in them.
    private static func check(_ repository: String, _ reference: String) throws(OCIError) {
        guard repository.wholeMatch(of: /[a-z0-9._-]+(?:\/[a-z0-9._-]+)*/) != nil,
            !repository.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { throw OCIError(.invalid, "'\(repository)' is no repository name.") }
        guard reference.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64}/) != nil else {
            throw OCIError(.invalid, "'\(reference)' is neither a tag nor a sha256 digest, asked of \(repository).")
        }
    }
}
