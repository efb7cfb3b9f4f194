internal import LaunchHost

/// One value of AWS's configuration files, with its place. Any value may be a key, so that none is printable.
public struct ConfigValue: Sendable, Hashable {
    private let value: Secret
    /// The file that it stands in.
    public let file: String
    /// The line of its key, from 1.
    public let line: Int
    /// What is indented below it, by key; empty for a plain value.
    public let nested: [String: ConfigValue]

    /// A value from its parts.
    public init(_ text: String, file: String, line: Int, nested: [String: ConfigValue] = [:]) {
        value = Secret(unmasked: text)
        self.file = file
        self.line = line
        self.nested = nested
    }

    /// The text; a value over several lines has line feeds in it.
    public var text: String { value.reveal() }
    /// `FILE:LINE`.
    public var place: String { "\(file):\(line)" }
}

/// One section of AWS's configuration files: a profile, a session, a set of services.
public struct ConfigSection: Sendable, Hashable {
    /// The name without the word before it: `train` of `[profile train]`.
    public let name: String
    /// The file that it stands in.
    public let file: String
    /// The line of its head, from 1.
    public let line: Int
    /// The values by key, keys in lower case.
    public internal(set) var values: [String: ConfigValue]

    /// A section from its parts.
    public init(name: String, file: String, line: Int, values: [String: ConfigValue] = [:]) {
        self.name = name
        self.file = file
        self.line = line
        self.values = values
    }

    /// The value of a key, or nil.
    public subscript(key: String) -> ConfigValue? { values[key] }
    /// The text of a key's value where it is not empty.
    public func text(_ key: String) -> String? {
        values[key].flatMap { $0.text.isEmpty ? nil : $0.text }
    }
    /// `FILE:LINE`.
    public var place: String { "\(file):\(line)" }
}
