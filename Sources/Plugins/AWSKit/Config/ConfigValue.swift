internal import LaunchCore

/// One value of AWS's configuration files, with its position. Any value may be a key, so none is printable.
public struct ConfigValue: Sendable, Hashable {
    private let value: Secret
    /// The file of the value.
    public let file: String
    /// The line of its key, from 1.
    public let line: Int
    /// The indented keys below the value; empty for a plain value.
    public let nested: [String: ConfigValue]

    public init(_ text: String, file: String, line: Int, nested: [String: ConfigValue] = [:]) {
        value = Secret(unmasked: text)
        self.file = file
        self.line = line
        self.nested = nested
    }

    /// The text. A value of several lines contains line feeds.
    public var text: String { value.reveal() }
    /// `FILE:LINE`.
    public var place: String { "\(file):\(line)" }
}

/// One section of AWS's configuration files: a profile, a session or a set of services.
public struct ConfigSection: Sendable, Hashable {
    /// The name without the preceding word: `train` in `[profile train]`.
    public let name: String
    /// The file of the section.
    public let file: String
    /// The line of its header, from 1.
    public let line: Int
    /// The values by key. Keys are in lower case.
    public internal(set) var values: [String: ConfigValue]

    public init(name: String, file: String, line: Int, values: [String: ConfigValue] = [:]) {
        self.name = name
        self.file = file
        self.line = line
        self.values = values
    }

    /// The value of a key, or nil.
    public subscript(key: String) -> ConfigValue? { values[key] }
    /// The text of a key's value if it is not empty.
    public func text(_ key: String) -> String? {
        values[key].flatMap { $0.text.isEmpty ? nil : $0.text }
    }
    /// `FILE:LINE`.
    public var place: String { "\(file):\(line)" }
}
