/// A setting's text, and who gave it.
public struct Setting: Sendable, Hashable {
    /// Who may give a setting.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
        /// The `environment` block of `launch-config.yaml`, under that key.
        case launchConfig(String)
        /// An environment variable.
        case variable(String)
        /// A line of a file.
        case file(String, line: Int)
        /// The metadata of the machine that the program runs on.
        case instance
        /// Nobody: what holds otherwise.
        case standard

        /// Words for a message: "AWS_REGION", "/home/me/.aws/config:3".
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

    /// The text.
    public var value: String
    /// Who gave it.
    public var origin: Origin

    /// A setting from its parts.
    public init(_ value: String, from origin: Origin) {
        self.value = value
        self.origin = origin
    }

    /// The first variable of these that is set.
    static func variable(_ names: String..., in variables: AWSVariables) -> Setting? {
        for name in names {
            if let value = variables[name] { return Setting(value, from: .variable(name)) }
        }
        return nil
    }

    /// What a key of a section says.
    static func file(_ key: String, in section: ConfigSection?) -> Setting? {
        guard let found = section?[key], !found.text.isEmpty else { return nil }
        return Setting(found.text, from: .file(found.file, line: found.line))
    }
}
