/// A version of the engine's API, such as 1.41.
public struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The part before the point.
    public let major: Int
    /// The part after the point.
    public let minor: Int

    /// The version `major.minor`.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses `1.41`; nil for other texts.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1], major >= 0, minor >= 0 else { return nil }
        self.init(major, minor)
    }

    /// `1.41`
    public var description: String { "\(major).\(minor)" }
    /// The older one is less.
    public static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

/// The engine's version and platform.
public struct EngineVersion: Sendable, Decodable {
    /// The engine's version, such as `20.10.24`.
    public var version: String
    /// The newest API version that it supports.
    public var apiVersion: String?
    /// The oldest API version that it supports.
    public var minimumAPIVersion: String?
    /// The operating system of its containers.
    public var operatingSystem: String?
    /// The architecture, by Go's name: `amd64`.
    public var architecture: String?
    /// Whether the engine is podman with docker's API.
    public var isPodman: Bool

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minimumAPIVersion = "MinAPIVersion"
        case operatingSystem = "Os"
        case architecture = "Arch"
        case components = "Components"
    }

    private struct Component: Decodable {
        var name: String?
        private enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    /// Decodes the response of the version call.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(String.self, forKey: .version)
        apiVersion = try container.decodeIfPresent(String.self, forKey: .apiVersion)
        minimumAPIVersion = try container.decodeIfPresent(String.self, forKey: .minimumAPIVersion)
        operatingSystem = try container.decodeIfPresent(String.self, forKey: .operatingSystem)
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture)
        let components = try container.decodeIfPresent([Component].self, forKey: .components) ?? []
        isPodman = components.contains { $0.name?.mentionsPodman ?? false }
    }
}

extension String {
    fileprivate var mentionsPodman: Bool { lowercased().contains("podman") }
}
