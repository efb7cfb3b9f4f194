internal import Synchronization

/// What a build prints: handed on line by line, its last lines and its current step kept for the error message.
final class BuildOutput: Sendable {
    private struct State {
        var last: [String] = []
        var step: String?
        var failed: String?
    }

    private static let kept = 40
    private let state = Mutex(State())
    private let tell: @Sendable (String) -> Void

    init(_ tell: @escaping @Sendable (String) -> Void) {
        self.tell = tell
    }

    func take(_ text: String) {
        // What carriage returns and colours do on a terminal is noise in a line.
        let line = Self.plain(text.split(separator: "\r").last.map(String.init) ?? "")
        guard !line.allSatisfy(\.isWhitespace) else { return }
        state.withLock { state in
            state.last.append(line)
            if state.last.count > Self.kept { state.last.removeFirst() }
            if let step = Self.step(line) { state.step = step }
            // BuildKit works on several steps at once, and names the failed one at the end: ` > [2/2] RUN …:`
            if let failed = line.wholeMatch(of: /\s*> (\[.+\] .+):/) { state.failed = String(failed.1) }
        }
        tell(line)
    }

    /// The step that failed, as the tool wrote it; nil where it failed before any.
    var failedStep: String? { state.withLock { $0.failed ?? $0.step } }

    /// The last lines, each at most 400 characters.
    var lastLines: String {
        state.withLock { $0.last.map { $0.count > 400 ? "\($0.prefix(400))…" : $0 } }.joined(separator: "\n")
    }

    func contains(_ words: String) -> Bool {
        state.withLock { $0.last.contains { $0.holds(words) } }
    }

    private static func step(_ line: String) -> String? {
        if let classic = line.wholeMatch(of: /(?i)(step [0-9]+\/[0-9]+ ?: .+)/) { return String(classic.1) }
        if let buildKit = line.wholeMatch(of: /#[0-9]+ (\[.*[0-9]+\/[0-9]+\] .+)/) { return String(buildKit.1) }
        return nil
    }

    private static func plain(_ line: String) -> String {
        String(String.UnicodeScalarView(
            line.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").unicodeScalars
                .filter { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }))
    }
}

extension String {
    fileprivate func holds(_ words: String) -> Bool { lowercased().contains(words.lowercased()) }
}
