/// Parses a command line into the command to run and its arguments.
enum Parser {
    /// The request of a command line.
    enum Request {
        /// Run the last command of the path.
        case run([Command], ParsedArguments)
        /// Show the help of the last command of the path.
        case help([Command])
    }

    /// Parses the words after the program's name. Throws the first error, unless help is requested.
    static func parse(_ words: [String], root: Command, environment: [String: String]) throws(UsageError) -> Request {
        var reader = LineReader(root)
        for word in words { reader.read(word) }
        reader.end()
        if reader.wantsHelp { return .help(reader.path) }
        if root.options.contains(where: { $0.long == Option.version.long }), reader.values[Option.version.long] != nil,
            root.subcommand(Option.version.long) != nil
        {
            guard reader.path.count == 1 else {
                throw UsageError(
                    "\(Option.version.spelling) is only valid without a command", command: reader.pathNames)
            }
            reader.read(Option.version.long)
        }
        if let fault = reader.fault { throw fault }
        if reader.command.run == nil {
            guard reader.path.count > 1 || !words.isEmpty else { return .help(reader.path) }
            let names = reader.command.subcommands.filter { !$0.isHidden }.map(\.name)
            throw UsageError(
                "'\(reader.pathNames.joined(separator: " "))' needs a command: \(names.joined(separator: ", "))",
                command: reader.pathNames)
        }
        let arguments = ParsedArguments(from: reader, environment: environment)
        try check(reader, arguments)
        return .run(reader.path, arguments)
    }

    /// The checks that need the whole line: the number of positional words, and values from the environment.
    private static func check(_ reader: LineReader, _ arguments: ParsedArguments) throws(UsageError) {
        func fail(_ message: String) throws(UsageError) {
            throw UsageError(message, command: reader.pathNames)
        }
        let declared = reader.command.arguments
        if declared.last?.isRepeatable != true, reader.positionals.count > declared.count {
            let word = Terminal.printable(reader.positionals[declared.count])
            try fail("unexpected argument '\(word)'")
        }
        let missing = declared.dropFirst(reader.positionals.count).filter(\.isRequired)
        if !missing.isEmpty {
            try fail("missing argument \(missing.map(\.display).joined(separator: ", "))")
        }
        for argument in declared {
            for value in arguments.strings(argument.name) {
                if let message = Refusal.of(value, in: argument.values, label: argument.display) { try fail(message) }
            }
        }
        let readers = (reader.optionsInScope.map { ($0.long, $0.values) } + declared.map { ($0.name, $0.values) })
            .filter { name, values in
                guard case .files = values else { return false }
                return arguments.strings(name).contains("-")
            }.map { arguments.label($0.0) }
        if readers.count > 1 {
            try fail("only one of \(readers.joined(separator: " and ")) can be '-': standard input is read once")
        }
        for option in reader.optionsInScope where arguments.source(of: option.long) == .environment {
            let label = arguments.label(option.long)
            for value in arguments.strings(option.long) {
                if let message = Refusal.of(value, in: option.values, label: label) { try fail(message) }
            }
            if option.isFlag, let value = option.environment.flatMap({ arguments.environment[$0] }),
                EnvironmentFlag.isSet(value) == nil
            {
                try fail("\(label) must be true or false, found '\(Terminal.printable(value))'")
            }
        }
    }
}

/// The notation of a flag in an environment variable.
enum EnvironmentFlag {
    /// True for yes, false for no, nil for other texts.
    static func isSet(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }
}
