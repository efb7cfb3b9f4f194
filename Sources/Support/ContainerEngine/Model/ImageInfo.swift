/// An image in the engine's store.
public struct ImageInfo: Sendable, Hashable, Decodable {
    /// The digest of its configuration, `sha256:…`.
    public var id: String
    /// Its names, `repo:tag`.
    public var tags: [String]
    /// Its names with digests, if it was pulled from or pushed to a registry: `repo@sha256:…`.
    public var digests: [String]
    /// The operating system.
    public var operatingSystem: String?
    /// The architecture, by Go's name: `amd64`.
    public var architecture: String?
    /// The variant of the architecture, such as `v8`.
    public var variant: String?
    /// The size in bytes.
    public var size: Int64?
    /// Its entry point, environment and labels.
    public var config: Config

    /// The part of an image's configuration that this program uses.
    public struct Config: Sendable, Hashable, Decodable {
        /// The entry point.
        public var entryPoint: [String]?
        /// The arguments after the entry point.
        public var command: [String]?
        /// The environment variables, as `NAME=value`.
        public var environment: [String]?
        /// The labels.
        public var labels: [String: String]?
        /// The user.
        public var user: String?
        /// The working directory.
        public var workingDirectory: String?

        private enum CodingKeys: String, CodingKey {
            case entryPoint = "Entrypoint"
            case command = "Cmd"
            case environment = "Env"
            case labels = "Labels"
            case user = "User"
            case workingDirectory = "WorkingDir"
        }
    }

    /// `linux/amd64`, `linux/arm64/v8`; nil if the engine does not report it.
    public var platform: String? {
        guard let operatingSystem, let architecture, !operatingSystem.isEmpty else { return nil }
        let tail = variant.map { $0.isEmpty ? "" : "/\($0)" } ?? ""
        return "\(operatingSystem)/\(architecture)\(tail)"
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case operatingSystem = "Os"
        case architecture = "Architecture"
        case variant = "Variant"
        case size = "Size"
        case config = "Config"
    }

    /// Decodes the response of the inspect call.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
        digests = try container.decodeIfPresent([String].self, forKey: .digests) ?? []
        operatingSystem = try container.decodeIfPresent(String.self, forKey: .operatingSystem)
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture)
        variant = try container.decodeIfPresent(String.self, forKey: .variant)
        size = try container.decodeIfPresent(Int64.self, forKey: .size)
        config = try container.decodeIfPresent(Config.self, forKey: .config) ?? Config()
    }
}
