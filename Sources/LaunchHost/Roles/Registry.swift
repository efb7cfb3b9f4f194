internal import Crypto

/// Where images live.
///
/// A tag is never trusted twice: what a registry resolves leaves it pinned to a digest.
public protocol Registry: Sendable {
    /// Pins an image to its digest, or answers nil where the registry does not have it. May call a service; changes
    /// nothing.
    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage?

    /// The image to pass on if `resolve` was denied the look-up: the reference as it is given, because the backend may
    /// still pull it. Nil if the run must not have the image. May call a service. The default is nil.
    func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage?

    /// Makes a prebuilt image that is not in the registry's reach available and pins it, e.g. by pulling it into the
    /// engine's store; nil where that is not to be had. The default has no such way.
    func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage?

    /// Whether `fetch` can make that image available. The default is no.
    func fetches(_ reference: ImageReference) -> Bool

    /// Where an image with that content key belongs: a repository, and a tag made from the key.
    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference

    /// How an engine gets at the registry. May call a service for a short-lived login.
    func access() async throws(BackendError) -> RegistryAccess

    /// The login with which an engine pulls that image; nil where this registry has none for it, and the engine pulls
    /// without. The default answers that of `access`, for images of the host that it names.
    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login?

    /// Makes sure, before anything is built, that an image can be pushed there. The default has nothing to do.
    func prepare(for destination: ImageReference) async throws(BackendError)
}

extension Registry {
    /// The run must not have it.
    public func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? { nil }
    /// No other way than `resolve`.
    public func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? { nil }
    /// `fetch` does nothing by default.
    public func fetches(_ reference: ImageReference) -> Bool { false }
    /// That of its own host.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard case .remote(let host, let login) = try await access(), host == image.host else { return nil }
        return login
    }
    /// Nothing to make.
    public func prepare(for destination: ImageReference) async throws(BackendError) {}
}

/// How an engine pushes to a registry and pulls from it.
public enum RegistryAccess: Sendable {
    /// The images stay in the engine's own store; nothing is pushed.
    case engineStore
    /// A registry at that host and port; without a login, anonymous.
    case remote(host: String, login: Login?)

    /// A user name and a password.
    public struct Login: Sendable {
        /// The user.
        public var username: String
        /// The password or token.
        public var password: Secret

        /// A login from its parts.
        public init(username: String, password: Secret) {
            self.username = username
            self.password = password
        }
    }
}

/// Names what an image is made of: equal keys, equal images.
public struct ContentKey: Sendable, Hashable, Codable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String

    /// A key from a SHA-256 in hex.
    public init(hex: String) {
        self.hex = hex
    }

    /// The tag under which the image is pushed: 32 of the digits, which no two sources share by accident.
    public var tag: String { "launch-\(hex.prefix(32))" }
    /// The digits.
    public var description: String { hex }

    /// A key that no other call returns, for an image that is built although its key is known.
    /// - Throws: `.internalFault` where the system has no random numbers.
    func unique() throws(BackendError) -> ContentKey {
        do {
            return ContentKey(hex: Hex.encode(SHA256.hash(Array(hex.utf8) + (try SecureRandom.bytes(16)))))
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }
}
