/// A setting's text and its origin.
public struct Setting: Sendable, Hashable {
    /// Where a setting comes from.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
        /// A key of the `environment` block of `launch-config.yaml`.
        case launchConfig(String)
        /// An environment variable.
        case variable(String)
        /// A line of a file.
        case file(String, line: Int)
        /// The metadata of the machine that the program runs on.
        case instance
        /// The default.
        case standard

        /// The origin for a message: "AWS_REGION", "/home/me/.aws/config:3".
        public var description: String {
            switch self {
            case .launchConfig(let key): "'\(key)' of the environment in launch-config.yaml"
            case .variable(let name): name
            case .file(let path, let line): "\(path):\(line)"
            case .instance: "the instance's metadata"
            case .standard: "the default"
            }
        }
    }

    public var value: String
    public var origin: Origin

    public init(_ value: String, from origin: Origin) {
        self.value = value
        self.origin = origin
    }

    /// The first of these variables that is set.
    static func variable(_ names: String..., in variables: AWSVariables) -> Setting? {
        for name in names {
            if let value = variables[name] { return Setting(value, from: .variable(name)) }
        }
        return nil
    }

    /// The value of a section's key.
    static func file(_ key: String, in section: ConfigSection?) -> Setting? {
        guard let found = section?[key], !found.text.isEmpty else { return nil }
        return Setting(found.text, from: .file(found.file, line: found.line))
    }
}
