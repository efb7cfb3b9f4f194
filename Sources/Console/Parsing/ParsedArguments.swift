/// What a command line said, asked for by the names that the command declares.
public struct ParsedArguments: Sendable {
    /// Where a value came from.
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
        /// What messages call it: `--limit`, `$LAUNCH_LIMIT (for --limit)` or `NAME`.
        var label: String
    }

    /// The names of the commands chosen, from the program's down.
    public let path: [String]
    /// The words after `--`, where the command declares that it hands them on.
    public let rest: [String]
    /// The environment that the program was started with.
    public let environment: [String: String]
    private var entries: [String: Entry] = [:]

    init(from reader: LineReader, environment: [String: String]) {
        path = reader.pathNames
        rest = reader.rest
        self.environment = environment
        // From the root down, so that a command's own option wins over a global one of the same name.
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
        // A name that no declaration knows is a slip of the programmer, not of the user.
        guard let entry = entries[name] else {
            assertionFailure("'\(path.joined(separator: " "))' declares no option or argument '\(name)'")
            return Entry(values: [], source: nil, label: name)
        }
        return entry
    }

    /// The value; the last one where there are several; nil where there is none and no default.
    public func string(_ name: String) -> String? { entry(name).values.last }

    /// All values, in their order.
    public func strings(_ name: String) -> [String] { entry(name).values }

    /// Whether a flag was given.
    public func flag(_ name: String) -> Bool { !entry(name).values.isEmpty }

    /// How often a flag was given.
    public func count(_ name: String) -> Int { entry(name).values.count }

    /// Where the value came from; nil where there is none.
    public func source(of name: String) -> Source? { entry(name).source }

    /// The value of something that the command cannot do without.
    /// - Throws: ``UsageError`` where it is missing or empty.
    public func required(_ name: String) throws(UsageError) -> String {
        guard let value = string(name) else { throw usageError("missing \(label(name))") }
        guard !value.isEmpty else { throw usageError("\(label(name)) must not be empty") }
        return value
    }

    /// The value as a whole number, nil where there is none.
    /// - Throws: ``UsageError`` where it is no number or lies outside the range.
    public func integer(_ name: String, in range: ClosedRange<Int> = .min ... .max) throws(UsageError) -> Int? {
        guard let value = string(name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw wrongType(name, value, expected: "a whole number\(Self.bounds(range))")
        }
        return number
    }

    /// The values of a `KEY=VALUE` option, in their order; only the first `=` splits.
    /// - Throws: ``UsageError`` where one has no `=` or no key.
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

    /// A usage error of this command, for checks that only the command can make.
    public func usageError(_ message: String) -> UsageError { UsageError(message, command: path) }

    /// What messages call the option or argument, with its environment variable where the value came from there.
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
