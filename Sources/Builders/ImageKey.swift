internal import LaunchCrypto
public import LaunchPluginKit

/// All inputs that determine the result of a build. The image's name is made from them.
public struct ImageKey: Sendable, Hashable {
    /// A base image at the time of the key.
    public struct Base: Sendable, Hashable {
        /// The image, as written in the Dockerfile.
        public var reference: String
        /// Its digest; nil if it is unknown or was not looked up.
        public var digest: Digest?

        public init(reference: String, digest: Digest?) {
            self.reference = reference
            self.digest = digest
        }
    }

    /// `os/architecture[/variant]`.
    public var platform: String
    /// Build arguments by name.
    public var buildArguments: [String: String]
    /// The Dockerfile's bytes.
    public var dockerfile: [UInt8]
    /// The stage to build; nil means the last one.
    public var target: String?
    /// The digest of the context.
    public var context: String
    /// The base images, in the order of the Dockerfile.
    public var bases: [Base]
    /// The IDs of the secrets that the build uses. Without a secret, the same steps may produce another image.
    public var secrets: [String]

    public init(
        platform: String, buildArguments: [String: String] = [:], dockerfile: [UInt8], target: String? = nil,
        context: String, bases: [Base], secrets: [String] = []
    ) {
        self.platform = platform
        self.buildArguments = buildArguments
        self.dockerfile = dockerfile
        self.target = target
        self.context = context
        self.bases = bases
        self.secrets = secrets
    }

    /// The key of these inputs. A pure function: the same inputs give the same key on any machine.
    public var contentKey: ContentKey {
        var hash = SHA256()
        // Increase this number if the way of building changes, so that the same inputs produce another image.
        Self.add("launch image", "1".utf8, to: &hash)
        Self.add("platform", platform.utf8, to: &hash)
        for (name, value) in buildArguments.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            Self.add("argument", name.utf8, to: &hash)
            Self.add("value", value.utf8, to: &hash)
        }
        Self.add("dockerfile", dockerfile, to: &hash)
        if let target { Self.add("target", target.utf8, to: &hash) }
        Self.add("context", context.utf8, to: &hash)
        for base in bases {
            Self.add("base", base.reference.utf8, to: &hash)
            Self.add("digest", (base.digest?.rawValue ?? "absent").utf8, to: &hash)
        }
        for id in secrets.sorted() { Self.add("secret", id.utf8, to: &hash) }
        return ContentKey(hex: Hex.encode(hash.finalize()))
    }
    /// Prefixes each field with name and length, so that two sets of inputs cannot give the same bytes.
    static func add(_ name: String, _ value: some Collection<UInt8>, to hash: inout SHA256) {
        hash.update("\(name):\(value.count):".utf8)
        hash.update(value)
    }
}
