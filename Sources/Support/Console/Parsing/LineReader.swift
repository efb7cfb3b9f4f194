import LaunchSuggestions

/// Parses a command line word by word against the tree of commands. Help and completion also use faulty and unfinished
/// lines, so the reader stores the first error and continues.
struct LineReader {
    /// The commands so far, from the root down; never empty.
    private(set) var path: [Command]
    /// The values of each option, by long name. A flag has one empty value per occurrence.
    private(set) var values: [String: [String]] = [:]
    /// The positional words of the last command.
    private(set) var positionals: [String] = []
    /// The words after `--`, if the command declares ``Command/rest``.
    private(set) var rest: [String] = []
    /// The option that waits for its value, and its spelling.
    private(set) var pending: (option: Option, spelling: String)?
    /// Whether `--` was read.
    private(set) var optionsEnded = false
    /// Whether `-h` or `--help` was read.
    private(set) var wantsHelp = false
    /// The first error.
    private(set) var fault: UsageError?

    init(_ root: Command) {
        path = [root]
    }

    /// The last command so far.
    var command: Command { path[path.count - 1] }

    /// The names of the commands so far.
    var pathNames: [String] { path.map(\.name) }

    /// The options that are valid here: the command's own, and the global ones of its parents.
    var optionsInScope: [Option] {
        command.options + path.dropLast().reversed().flatMap { $0.options.filter(\.isGlobal) } + [.help]
    }

    mutating func read(_ word: String) {
        if optionsEnded {
            if command.rest == nil { readPositional(word) } else { rest.append(word) }
        } else if let waiting = pending {
            pending = nil
            if word == "--" || isDeclared(word) {
                note(missingValue(waiting.option, waiting.spelling) + ", found '\(shown(word))'")
                read(word)
            } else {
                take(word, for: waiting.option)
            }
        } else if word == "--" {
            optionsEnded = true
        } else if word.hasPrefix("--") {
            readLong(word)
        } else if word.hasPrefix("-"), word != "-" {
            readShorts(word)
        } else {
            readPositional(word)
        }
    }

    /// Call this after the last word.
    mutating func end() {
        if let waiting = pending { note(missingValue(waiting.option, waiting.spelling)) }
    }

    mutating func note(_ message: String) {
        if fault == nil { fault = UsageError(message, command: pathNames) }
    }

    // MARK: Options

    func option(long: String) -> Option? { optionsInScope.first { $0.long == long } }

    func option(short: Character) -> Option? { optionsInScope.first { $0.short == short } }

    private func isDeclared(_ word: String) -> Bool {
        if word.hasPrefix("--") {
            return option(long: String(word.dropFirst(2).prefix { $0 != "=" })) != nil
        }
        guard word.count == 2, word.hasPrefix("-"), let letter = word.last else { return false }
        return option(short: letter) != nil
    }

    private func missingValue(_ option: Option, _ spelling: String) -> String {
        "\(spelling) needs a value (\(option.valueName ?? "VALUE"))"
    }

    private mutating func readLong(_ word: String) {
        let name = String(word.dropFirst(2).prefix { $0 != "=" })
        let attached = word.firstIndex(of: "=").map { String(word[word.index(after: $0)...]) }
        guard let option = option(long: name) else {
            let known = optionsInScope.filter { !$0.isHidden }.map(\.long)
            let near = Suggestion.nearest(to: name, in: known)
            return note("unknown option '--\(shown(name))'" + (near.map { "; did you mean '--\($0)'?" } ?? ""))
        }
        switch (option.isFlag, attached) {
        case (true, nil): take("", for: option)
        case (true, _?): note("\(option.spelling) takes no value, found '\(shown(word))'")
        case (false, nil): pending = (option, option.spelling)
        case (false, let value?): take(value, for: option)
        }
    }

    /// One dash and flags. The last letter may be an option with a value: the rest of the word, with or without `=`.
    private mutating func readShorts(_ word: String) {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = option(short: letter) else {
                return note(unknownShort(letter, in: word))
            }
            if option.isFlag {
                take("", for: option)
            } else if letters.isEmpty {
                pending = (option, "-\(letter)")
            } else {
                if letters.first == "=" { letters.removeFirst() }
                return take(String(letters), for: option)
            }
        }
    }

    private func unknownShort(_ letter: Character, in word: String) -> String {
        let name = String(word.dropFirst().prefix { $0 != "=" })
        let near = Suggestion.nearest(to: name, in: optionsInScope.filter { !$0.isHidden }.map(\.long))
        let place = word.count > 2 ? " in '\(shown(word))'" : ""
        return "unknown option '-\(shown(String(letter)))'\(place)" + (near.map { "; did you mean '--\($0)'?" } ?? "")
    }

    private mutating func take(_ value: String, for option: Option) {
        if option.long == Option.help.long { wantsHelp = true }
        if let message = Refusal.of(value, in: option.values, label: option.spelling) { note(message) }
        values[option.long, default: []].append(value)
    }

    // MARK: Positional words

    private mutating func readPositional(_ word: String) {
        if command.groups.isEmpty || optionsEnded {
            positionals.append(word)
        } else if let chosen = command.subcommand(word) {
            path.append(chosen)
        } else if fault == nil {
            let known = command.subcommands.filter { !$0.isHidden }.map(\.name)
            let near = command.advice[word].map { "; \($0)" } ?? Suggestion.question(about: word, in: known)
            note("unknown command '\(shown(word))' for '\(pathNames.joined(separator: " "))'\(near)")
        }
    }

    private func shown(_ word: String) -> String { Terminal.printable(word) }
}

/// The message about a value that is not allowed.
enum Refusal {
    static func of(_ value: String, in values: Values, label: String) -> String? {
        guard let allowed = values.allowed, !allowed.contains(value) else { return nil }
        return "\(label) must be one of \(allowed.joined(separator: ", ")), found '\(Terminal.printable(value))'"
            + Suggestion.question(about: value, in: allowed)
    }
}
