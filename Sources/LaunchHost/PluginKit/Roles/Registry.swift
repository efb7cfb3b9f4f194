internal import LaunchCrypto

/// Stores images.
///
/// A tag is resolved only once: the result is pinned to a digest.
public protocol Registry: Sendable {
    /// Pins an image to its digest; nil if the registry does not have it. May call a service; changes nothing.
    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage?

    /// Whether the registry can look up and provide this image, by its name alone. If it cannot, `resolve` throws
    /// `invalid`, and a runner may get the image from elsewhere (`ImageLookup`). Pure. The default is true.
    func serves(_ reference: ImageReference) -> Bool

    /// The image to use if the look-up of `resolve` was denied: the reference as the user wrote it, because the backend
    /// may still be able to pull it. Nil if the run must not use the image. May call a service. The default is nil.
    func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage?

    /// Makes a prebuilt image available that the registry does not have, and pins it, e.g. by pulling it into the
    /// engine's store; nil if that is not possible. The default returns nil.
    func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage?

    /// Whether `fetch` can make this image available. The default is false.
    func fetches(_ reference: ImageReference) -> Bool

    /// The destination of an image with this content key: a repository, and a tag made from the key.
    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference

    /// How an engine accesses the registry. May call a service for a short-lived login.
    func access() async throws(BackendError) -> RegistryAccess

    /// The login with which an engine pulls this image; nil if this registry has none for it, and the engine pulls
    /// without a login. The default returns the login of `access` for images of its host.
    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login?

    /// Ensures before a build that the image can be pushed. The default does nothing.
    func prepare(for destination: ImageReference) async throws(BackendError)
}

extension Registry {
    /// By default, the registry looks up every image.
    public func serves(_ reference: ImageReference) -> Bool { true }
    /// By default, the run must not use the image.
    public func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? { nil }
    /// By default, `resolve` is the only way to an image.
    public func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? { nil }
    /// `fetch` does nothing by default.
    public func fetches(_ reference: ImageReference) -> Bool { false }
    /// By default, the login of `access` is used for its host.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard case .remote(let host, let login) = try await access(), host == image.host else { return nil }
        return login
    }
    /// Does nothing by default.
    public func prepare(for destination: ImageReference) async throws(BackendError) {}
}

/// How an engine accesses a registry to push and pull.
public enum RegistryAccess: Sendable {
    /// The images stay in the engine's own store; nothing is pushed.
    case engineStore
    /// A registry at this host and port; without a login, access is anonymous.
    case remote(host: String, login: Login?)

    /// A user name and a password.
    public struct Login: Sendable {
        /// The user name.
        public var username: String
        /// The password or token.
        public var password: Secret

        public init(username: String, password: Secret) {
            self.username = username
            self.password = password
        }
    }
}

/// The content key of an image: equal keys mean equal images.
public struct ContentKey: Sendable, Hashable, Codable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String

    /// Creates a key from a SHA-256 in hex.
    public init(hex: String) {
        self.hex = hex
    }

    /// The tag of the image in the registry. It contains 32 of the digits, so collisions are practically impossible.
    public var tag: String { "launch-\(hex.prefix(32))" }
    public var description: String { hex }

    /// A key that no other call returns, for an image that is built although an image with its key may exist.
    /// - Throws: `.internalFault` if the system has no random numbers.
    package func unique() throws(BackendError) -> ContentKey {
        do {
            return ContentKey(hex: Hex.encode(SHA256.hash(Array(hex.utf8) + (try SecureRandom.bytes(16)))))
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }
}
