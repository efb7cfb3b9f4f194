/// The arguments of a command line, by the names that the command declares.
public struct ParsedArguments: Sendable {
    /// The origin of a value.
    public enum Source: Sendable, Equatable {
        /// The command line.
        case commandLine
        /// The option's environment variable.
        case environment
        /// The option's default.
        case defaultValue
    }

    struct Entry: Sendable {
        var values: [String]
        var source: Source?
        /// The name in messages: `--limit`, `$LAUNCH_LIMIT (for --limit)` or `NAME`.
        var label: String
    }

    /// The names of the commands, beginning with the program's.
    public let path: [String]
    /// The words after `--`, if the command declares ``Command/rest``.
    public let rest: [String]
    /// The environment at the start of the program.
    public let environment: [String: String]
    private var entries: [String: Entry] = [:]

    init(from reader: LineReader, environment: [String: String]) {
        path = reader.pathNames
        rest = reader.rest
        self.environment = environment
        // From the root down, so that a command's own option overrides a global one with the same name.
        for option in [.help] + reader.path.flatMap(\.options) {
            entries[option.long] = Self.entry(option, given: reader.values[option.long], environment)
        }
        var words = reader.positionals[...]
        for argument in reader.command.arguments {
            let taken = words.prefix(argument.isRepeatable ? words.count : 1)
            words = words.dropFirst(taken.count)
            entries[argument.name] = Entry(
                values: Array(taken), source: taken.isEmpty ? nil : .commandLine, label: argument.display)
        }
    }

    private static func entry(_ option: Option, given: [String]?, _ environment: [String: String]) -> Entry {
        if let given {
            return Entry(values: given, source: .commandLine, label: option.spelling)
        }
        if let name = option.environment, let value = environment[name], !value.isEmpty {
            let isOff = option.isFlag && EnvironmentFlag.isSet(value) != true
            return Entry(
                values: isOff ? [] : [value], source: .environment, label: "$\(name) (for \(option.spelling))")
        }
        if let value = option.defaultValue {
            return Entry(values: [value], source: .defaultValue, label: option.spelling)
        }
        return Entry(values: [], source: nil, label: option.spelling)
    }

    private func entry(_ name: String) -> Entry {
        // An undeclared name is a programming error, not an error of the user.
        guard let entry = entries[name] else {
            assertionFailure("'\(path.joined(separator: " "))' declares no option or argument '\(name)'")
            return Entry(values: [], source: nil, label: name)
        }
        return entry
    }

    /// The value, or the last of several. Nil without a value and a default.
    public func string(_ name: String) -> String? { entry(name).values.last }

    /// All values, in order.
    public func strings(_ name: String) -> [String] { entry(name).values }

    /// Whether a flag was given.
    public func flag(_ name: String) -> Bool { !entry(name).values.isEmpty }

    /// How often a flag was given.
    public func count(_ name: String) -> Int { entry(name).values.count }

    /// The origin of the value; nil without a value.
    public func source(of name: String) -> Source? { entry(name).source }

    /// The value of a mandatory option or argument.
    /// - Throws: ``UsageError`` if it is missing or empty.
    public func required(_ name: String) throws(UsageError) -> String {
        guard let value = string(name) else { throw usageError("missing \(label(name))") }
        guard !value.isEmpty else { throw usageError("\(label(name)) must not be empty") }
        return value
    }

    /// The value as a whole number; nil without a value.
    /// - Throws: ``UsageError`` if it is not a number or is out of range.
    public func integer(_ name: String, in range: ClosedRange<Int> = .min ... .max) throws(UsageError) -> Int? {
        guard let value = string(name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw wrongType(name, value, expected: "a whole number\(Self.bounds(range))")
        }
        return number
    }

    /// The values of a `KEY=VALUE` option, in order. Only the first `=` separates.
    /// - Throws: ``UsageError`` if a value has no `=` or no key.
    public func pairs(_ name: String) throws(UsageError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for text in strings(name) {
            guard let split = text.firstIndex(of: "="), split != text.startIndex else {
                throw wrongType(name, text, expected: "KEY=VALUE")
            }
            pairs.append((String(text[..<split]), String(text[text.index(after: split)...])))
        }
        return pairs
    }

    /// A usage error of this command, for checks that the command itself makes.
    public func usageError(_ message: String) -> UsageError { UsageError(message, command: path) }

    /// The name of the option or argument in messages; if the value comes from the environment, with its variable.
    public func label(_ name: String) -> String { entry(name).label }

    private func wrongType(_ name: String, _ value: String, expected: String) -> UsageError {
        usageError("\(label(name)) needs \(expected), found '\(Terminal.printable(value))'")
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound == .min, range.upperBound == .max) {
        case (true, true): ""
        case (false, true): " of at least \(range.lowerBound)"
        case (true, false): " of at most \(range.upperBound)"
        case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
        }
    }
}
