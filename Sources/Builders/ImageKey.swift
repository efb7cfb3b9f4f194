internal import Crypto
public import LaunchHost

/// All that decides what a build comes to, from which the name of the image is made.
public struct ImageKey: Sendable, Hashable {
    /// A base image as it is now.
    public struct Base: Sendable, Hashable {
        /// The image as the Dockerfile names it.
        public var reference: String
        /// What it stands for; nil where nobody has it, or where nobody was asked.
        public var digest: Digest?

        /// A base from its parts.
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
    /// The stage to build; nil is the last.
    public var target: String?
    /// The digest of the context, as `ContextDigest` gives it.
    public var context: String
    /// The base images, in the Dockerfile's order.
    public var bases: [Base]
    /// The IDs of the secrets that the build uses: without one, the same steps may come to another image.
    public var secrets: [String]

    /// The key of these inputs.
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

    /// The name of what would be built. Pure: the same parts give the same key, on any machine.
    public var contentKey: ContentKey {
        var hash = SHA256()
        // Another way of building under which the same parts come to another image gets another word here.
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
    /// Names and lengths in front of every field, so that no two sets of parts can give the same bytes.
    private static func add(_ name: String, _ value: some Collection<UInt8>, to hash: inout SHA256) {
        hash.update("\(name):\(value.count):".utf8)
        hash.update(value)
    }
}
