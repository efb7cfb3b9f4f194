/// A template variable `{{name}}` of a queue, with its type, its constraints and its default.
public struct TemplateVariable: Sendable, Hashable, Codable {
    /// The type of a value.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Text.
        case string
        /// A whole number.
        case integer
        /// Any number.
        case number
        /// `true` or `false`.
        case boolean
    }

    /// The name between the braces.
    public var name: String
    /// The type of a value.
    public var type: Kind
    /// The list of allowed values, if there is one.
    public var allowed: [JSONValue]?
    /// The smallest number allowed.
    public var minimum: Double?
    /// The largest number allowed.
    public var maximum: Double?
    /// The value of a submit that gives none; nil if a submit must give one.
    public var defaultValue: JSONValue?
    /// A line of help.
    public var help: String?

    public init(
        name: String, type: Kind, allowed: [JSONValue]? = nil, minimum: Double? = nil, maximum: Double? = nil,
        defaultValue: JSONValue? = nil, help: String? = nil
    ) {
        self.name = name
        self.type = type
        self.allowed = allowed
        self.minimum = minimum
        self.maximum = maximum
        self.defaultValue = defaultValue
        self.help = help
    }

    /// A description of the allowed values: `one of 1, 2, 4`, `a whole number from 1 to 8`.
    public var expectation: String {
        if let allowed { return "one of \(allowed.map { Self.text($0) }.joined(separator: ", "))" }
        let range =
            switch (minimum.map(Quantity.text), maximum.map(Quantity.text)) {
            case (let least?, let most?): " from \(least) to \(most)"
            case (let least?, nil): " from \(least)"
            case (nil, let most?): " up to \(most)"
            case (nil, nil): ""
            }
        return switch type {
        case .string: "text"
        case .integer: "a whole number\(range)"
        case .number: "a number\(range)"
        case .boolean: "true or false"
        }
    }

    /// Checks a typed value, from a spec or a program.
    /// - Returns: the value; a number such as `2.0` becomes an integer if the type is integer.
    /// - Throws: `LaunchError` of kind `.invalid` with the allowed values.
    public func check(_ value: JSONValue) throws(LaunchError) -> JSONValue {
        guard let typed = typed(value), fits(typed) else { throw refusal(Self.text(value)) }
        return typed
    }

    /// Parses and checks a value from the command line, where every value is text.
    /// - Throws: `LaunchError` of kind `.invalid` with the allowed values.
    public func check(_ text: String) throws(LaunchError) -> JSONValue {
        let value = type == .string ? .string(text) : Scalar.value(ofPlain: text)
        guard let typed = typed(value), fits(typed) else { throw refusal(Wording.shortened(text)) }
        return typed
    }

    private func typed(_ value: JSONValue) -> JSONValue? {
        switch (type, value) {
        case (.string, .string), (.boolean, .bool), (.number, .integer), (.number, .number): value
        case (.integer, .integer), (.integer, .number): value.integerValue.map { .integer($0) }
        default: nil
        }
    }

    private func fits(_ value: JSONValue) -> Bool {
        if let allowed, !allowed.contains(where: { Self.equal($0, value) }) { return false }
        guard let number = value.doubleValue else { return true }
        return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
    }

    /// Whether two values are equal; `1` and `1.0` are the same number.
    static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        left == right || (left.doubleValue != nil && left.doubleValue == right.doubleValue)
    }

    private func refusal(_ found: String) -> LaunchError {
        let question = SchemaDecoder.question(found, (allowed ?? []).compactMap(\.stringValue))
        return LaunchError(
            .invalid, "template variable \"\(name)\" must be \(expectation); got \(found)\(question)", hint: help)
    }

    static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): Wording.shortened(text)
        case .number(let number): Quantity.text(number)
        default: Wording.shortened((try? JSON.canonical(value)) ?? value.kindName)
        }
    }
}
