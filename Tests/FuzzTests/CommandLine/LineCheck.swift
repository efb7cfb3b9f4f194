import LaunchConsole
import LaunchSubprocess

/// The conditions for every exit of the program, independent of its command line.
enum LineCheck {
    /// The violated conditions; empty for an exit as documented.
    static func findings(_ line: HostileLine, _ end: Playground.End) -> [String] {
        var found: [String] = []
        let waits = line.words.first.map { LineMaker.waiting.contains($0) } ?? false
        if end.wasTold, !waits { found.append("it does not end by itself") }
        let code: Int32
        switch end.exit {
        case .signal(let signal): return found + ["signal \(signal)"]
        case .code(let number): code = number
        }
        // `timeout` reports a signal as 128 plus its number. A command without a TERM handler is ended by the signal.
        if end.wasTold, code == 143 { return found }
        guard let known = ExitCode(rawValue: code) else { return found + ["exit code \(code) is not documented"] }
        if known == .internalFault { found.append("a fault of launch itself") }
        for word in ["Fatal error", "Illegal instruction", "Stack dump"] where end.errors.contains(word) {
            found.append("it prints '\(word)'")
        }
        if end.errors.unicodeScalars.contains(where: moves) { found.append("a message with control characters") }
        if line.streams.showsErrors { found += messages(known, end) }
        return found
    }

    private static func messages(_ code: ExitCode, _ end: Playground.End) -> [String] {
        // With --log-format json, a message is an object.
        let errors = end.errors.split(separator: "\n").filter {
            $0.hasPrefix("error:") || $0.hasPrefix("{") && $0.contains(#""level":"error""#)
        }
        switch code {
        case .ok, .runFailed, .stopped, .interrupted:
            return []
        case .usage:
            var found = errors.count == 1 ? [] : ["\(errors.count) messages for a wrong line"]
            if !end.output.isEmpty { found.append("output for a wrong line") }
            return found
        default:
            // For `doctor`, `plan` and `config check`, the report on standard output is the message.
            let isSilent = end.errors.allSatisfy(\.isWhitespace) && end.output.isEmpty
            return isSilent ? ["no message for exit code \(code.rawValue)"] : []
        }
    }

    private static func moves(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        return (value < 0x20 && value != 0x09 && value != 0x0A) || (0x7F...0x9F).contains(value)
            || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }

    /// Commands that only print. If the output cannot be written, they must not exit with 0.
    static let printing: Set<String> = [
        "list", "help", "version", "plugins", "completion", "config", "iam-policy", "status", "events",
    ]
}
