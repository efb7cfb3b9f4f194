internal import FoundationEssentials
internal import Glibc
internal import LaunchConsole
internal import LaunchHost

/// How the program writes its log and its messages to standard error.
enum LogForm: Equatable {
    /// Lines for people.
    case text
    /// Lines for systemd's journal: with a priority, and without a time, which the journal adds.
    case journal
    /// One JSON object for each event.
    case json

    /// The form that the command line or the environment asks for.
    init(_ arguments: ParsedArguments) {
        self.init(arguments.string(GlobalOptions.logFormat), arguments.environment)
    }

    /// The form for a message about words that are not a command line. The last format that they name decides, and the
    /// environment if they name none that exists.
    init(words: [String], environment: [String: String]) {
        let option = "--\(GlobalOptions.logFormat)"
        let words = Array(words.prefix { $0 != "--" })
        var format = environment[GlobalOptions.logFormatVariable]
        for (index, word) in words.enumerated() {
            let value =
                word == option && index + 1 < words.count
                ? words[index + 1] : word.hasPrefix("\(option)=") ? String(word.dropFirst(option.count + 1)) : nil
            if let value, GlobalOptions.logFormats.contains(value) { format = value }
        }
        self.init(format, environment)
    }

    private init(_ format: String?, _ environment: [String: String]) {
        if format == "json" {
            self = .json
        } else {
            self = Self.isJournal(STDERR_FILENO, environment["JOURNAL_STREAM"]) ? .journal : .text
        }
    }

    /// Whether a file is the stream to systemd's journal that the variable names by its device and inode. A program that
    /// was started by a service with another standard error has the variable too.
    static func isJournal(_ descriptor: Int32, _ variable: String?) -> Bool {
        guard let parts = variable?.split(separator: ":", omittingEmptySubsequences: false), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var information = stat()
        return fstat(descriptor, &information) == 0 && UInt64(information.st_dev) == device
            && UInt64(information.st_ino) == inode
    }

    /// The terminal that writes messages in this form.
    func terminal(over terminal: Terminal) -> Terminal {
        switch self {
        case .text: return terminal
        case .journal:
            return terminal.writingMessages { importance, text, _ in
                text.split(separator: "\n", omittingEmptySubsequences: false).map {
                    "<\(Self.priority(importance))>\($0)"
                }.joined(separator: "\n")
            }
        case .json:
            return terminal.writingMessages { importance, text, fields in
                Self.json(Date(), Self.name(importance), text, fields)
            }
        }
    }

    /// The JSON object of an event. A field that has the name of a standard member gets a `_` before it.
    static func json(
        _ time: Date, _ level: String, _ message: String, _ fields: [(name: String, value: String)]
    ) -> String {
        let standard = [("time", Timestamp(time).description), ("level", level), ("message", message)]
        var names = Set(standard.map(\.0))
        var members = standard
        for (name, value) in fields {
            var name = name
            while !names.insert(name).inserted { name = "_" + name }
            members.append((name, value))
        }
        return "{\(members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String { (try? JSON.canonical(text)) ?? "\"\"" }

    /// The priority of syslog(3).
    private static func priority(_ importance: Terminal.Importance) -> Int {
        switch importance {
        case .debug: 7
        case .note: 6
        case .warning: 4
        case .error: 3
        }
    }

    private static func name(_ importance: Terminal.Importance) -> String {
        switch importance {
        case .debug: "debug"
        case .note: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

extension Terminal {
    /// The same terminal for messages about a run. With JSON they have its ID in `run`.
    func about(_ run: RunID) -> Terminal { about("run", run.rawValue) }
}
