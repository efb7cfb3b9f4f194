import FuzzTargets
import LaunchConsole

/// One command line with its streams and variables.
struct HostileLine: Sendable {
    /// The words after the program's name.
    var words: [String]
    /// The redirection of the three streams.
    var streams: Streams
    /// Variables that differ from the default ones; nil removes one.
    var variables: [String: String?]

    /// The streams as shell redirections.
    enum Streams: String, CaseIterable, Sendable {
        case plain = "</dev/null"
        case noInput = "<&-"
        case endlessInput = "</dev/zero"
        case noOutput = "</dev/null >&-"
        case noErrors = "</dev/null 2>&-"
        case nothing = "<&- >&- 2>&-"
        case fullOutput = "</dev/null >/dev/full"
        case fullErrors = "</dev/null 2>/dev/full"
        case brokenOutput = "</dev/null > >(exec true)"

        /// Whether messages are readable.
        var showsErrors: Bool { self != .noErrors && self != .nothing && self != .fullErrors }
        /// Whether the command's output is readable.
        var showsOutput: Bool {
            [.plain, .noInput, .endlessInput, .noErrors, .fullErrors].contains(self)
        }
    }

    /// The line in shell notation, for a report.
    var description: String {
        let set = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value?.debugDescription ?? "(unset)")" }
        return (set + ["launch"] + words.map(\.debugDescription) + [streams.rawValue]).joined(separator: " ")
    }
}

/// Makes command lines from the tree of commands: each command with each of its options, with valid and invalid values.
struct LineMaker {
    /// The commands with an action, each with its path and its options in scope.
    private let leaves: [(path: [String], command: Command, options: [Option])]
    private let values: HostileValues
    private var generator: SeededGenerator

    /// Commands that wait for something outside until they are stopped.
    static let waiting: Set<String> = ["agent", "run", "submit", "wait", "logs", "stop", "events"]

    init(_ root: Command, values: HostileValues, seed: UInt64) {
        leaves = Self.leaves(of: root, path: [], options: root.options.filter(\.isGlobal))
        self.values = values
        generator = SeededGenerator(seed: seed)
    }

    private static func leaves(
        of command: Command, path: [String], options: [Option]
    ) -> [(path: [String], command: Command, options: [Option])] {
        let own = command.subcommands.flatMap { child in
            leaves(of: child, path: path + [child.name], options: options + child.options)
        }
        return command.run == nil ? own : [(path, command, options)] + own
    }

    mutating func next() -> HostileLine {
        guard let leaf = generator.pick(leaves) else {
            return HostileLine(words: [], streams: .plain, variables: [:])
        }
        var words: [String] = []
        let changes = leaf.path.contains { ["delete", "create", "edit", "pause", "resume", "stop"].contains($0) }
        for argument in leaf.command.arguments where argument.isRequired || generator.oneIn(3) {
            let count = argument.isRepeatable ? Int.random(in: 1...3, using: &generator) : 1
            for _ in 0..<count {
                words.append(values.value(argument.name, argument.values, changes: changes, &generator))
            }
        }
        for option in leaf.options where generator.oneIn(leaf.options.count > 8 ? 6 : 3) {
            let times = option.isRepeatable ? Int.random(in: 1...3, using: &generator) : 1
            for _ in 0..<times { words += spelling(of: option, changes: changes) }
        }
        words.shuffle(using: &generator)
        // An option and its value belong together, so a shuffled line is often wrong. Half of the lines keep the order.
        if generator.oneIn(2) { words = ordered(leaf, changes: changes) }
        if generator.oneIn(12) {
            words.insert(values.hostile(&generator), at: Int.random(in: 0...words.count, using: &generator))
        }
        if leaf.command.rest != nil, generator.oneIn(2) {
            words += ["--"] + (0..<Int.random(in: 0...3, using: &generator)).map { _ in values.hostile(&generator) }
        }
        let streams = generator.oneIn(3) ? generator.pick(HostileLine.Streams.allCases) ?? .plain : .plain
        return HostileLine(
            words: leaf.path + words, streams: streams,
            variables: generator.oneIn(4) ? values.variables(&generator) : [:])
    }

    private mutating func ordered(
        _ leaf: (path: [String], command: Command, options: [Option]), changes: Bool
    ) -> [String] {
        var words: [String] = []
        for option in leaf.options where generator.oneIn(leaf.options.count > 8 ? 6 : 3) {
            words += spelling(of: option, changes: changes)
        }
        for argument in leaf.command.arguments where argument.isRequired || generator.oneIn(2) {
            words.append(values.value(argument.name, argument.values, changes: changes, &generator))
        }
        return words
    }

    private mutating func spelling(of option: Option, changes: Bool) -> [String] {
        guard let name = option.valueName else {
            return [option.short.flatMap { generator.oneIn(2) ? "-\($0)" : nil } ?? option.spelling]
        }
        let value = values.value("\(option.long) \(name)", option.values, changes: changes, &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return ["\(option.spelling)=\(value)"]
        case 1: return option.short.map { ["-\($0)", value] } ?? [option.spelling, value]
        case 2 where generator.oneIn(6): return [option.spelling]
        default: return [option.spelling, value]
        }
    }
}
