/// Computes the candidates for an unfinished command line.
struct Completer: Sendable {
    /// A response for the completion script.
    struct Answer: Sendable, Equatable {
        /// The action of the script.
        enum Kind: String, Sendable {
            /// Propose the candidates.
            case words
            /// Propose files.
            case files
            /// Propose directories.
            case directories
        }

        var kind = Kind.words
        var candidates: [Candidate] = []
        /// The part of the word before a path: `--config=` or `-c`.
        var lead = ""

        /// The first line has the kind, a tab and the lead. Each further line has a candidate, a tab and its
        /// description.
        var text: String {
            let first = lead.isEmpty ? kind.rawValue : "\(kind.rawValue)\t\(lead)"
            return ([first] + candidates.map(Self.line)).joined(separator: "\n")
        }

        private static func line(_ candidate: Candidate) -> String {
            let words = [candidate.word, candidate.description].map { text in
                Terminal.printable(String(text.map { $0 == "\t" ? " " : $0 }))
            }
            return candidate.description.isEmpty ? words[0] : words.joined(separator: "\t")
        }
    }

    let root: Command
    let environment: [String: String]

    /// The response for the words after the program's name. The last word is unfinished and may be empty.
    func answer(_ words: [String]) async -> Answer {
        let current = words.last ?? ""
        var reader = LineReader(root)
        for word in words.dropLast() { reader.read(word) }
        if reader.optionsEnded, reader.command.rest != nil { return Answer(kind: .files) }
        let soFar = ParsedArguments(from: reader, environment: environment)
        if let option = reader.pending?.option {
            return await answer(option.values, soFar, current)
        }
        if !reader.optionsEnded, current.hasPrefix("-"), current != "-" || reader.command.arguments.isEmpty {
            return await option(reader, soFar, current)
        }
        if !reader.command.groups.isEmpty {
            let commands = reader.command.subcommands.filter { !$0.isHidden }
            return Answer(candidates: matching(current, commands.map { Candidate($0.name, $0.summary) }))
        }
        guard let argument = argument(reader) else { return Answer() }
        return await answer(argument.values, soFar, current)
    }

    private func argument(_ reader: LineReader) -> Argument? {
        let declared = reader.command.arguments
        let index = reader.positionals.count
        if index < declared.count { return declared[index] }
        return declared.last.flatMap { $0.isRepeatable ? $0 : nil }
    }

    /// Completes a word that begins an option, or an option with its value attached.
    private func option(_ reader: LineReader, _ soFar: ParsedArguments, _ current: String) async -> Answer {
        if let split = current.firstIndex(of: "="), current.hasPrefix("--") {
            let name = String(current.dropFirst(2).prefix { $0 != "=" })
            guard let option = reader.option(long: name), !option.isFlag else { return Answer() }
            return await attached(option, String(current[...split]), soFar, current)
        }
        if current.count > 2, !current.hasPrefix("--"),
            let letter = current.dropFirst().first, let option = reader.option(short: letter), !option.isFlag
        {
            return await attached(option, String(current.prefix(2)), soFar, current)
        }
        let open = reader.optionsInScope.filter { option in
            !option.isHidden && (option.isRepeatable || reader.values[option.long] == nil)
        }
        let longs = open.map { Candidate($0.spelling, $0.help) }
        return Answer(candidates: matching(current, longs))
    }

    private func attached(
        _ option: Option, _ lead: String, _ soFar: ParsedArguments, _ current: String
    ) async -> Answer {
        var answer = await answer(option.values, soFar, String(current.dropFirst(lead.count)))
        if answer.kind != .words { answer.lead = lead }
        for index in answer.candidates.indices { answer.candidates[index].word = lead + answer.candidates[index].word }
        return answer
    }

    private func answer(_ values: Values, _ soFar: ParsedArguments, _ beginning: String) async -> Answer {
        switch values {
        case .any: Answer()
        case .oneOf(let words): Answer(candidates: matching(beginning, words.map { Candidate($0) }))
        case .files: Answer(kind: .files)
        case .directories: Answer(kind: .directories)
        case .dynamic(let source): Answer(candidates: matching(beginning, await source(soFar, beginning)))
        }
    }

    private func matching(_ beginning: String, _ candidates: [Candidate]) -> [Candidate] {
        candidates.filter { $0.word.hasPrefix(beginning) }
    }
}
