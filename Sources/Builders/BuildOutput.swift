internal import LaunchHost
internal import Synchronization

/// What a build prints: handed on line by line, its last lines and its current step kept for the error message.
final class BuildOutput: Sendable {
    private struct State {
        var last: [String] = []
        var step: String?
        var failed: String?
    }

    private static let kept = 40
    private static let longest = 400
    private let state = Mutex(State())
    private let tell: @Sendable (BuildProgress) -> Void

    init(_ tell: @escaping @Sendable (BuildProgress) -> Void) {
        self.tell = tell
    }

    func take(_ text: String) {
        // What a carriage return and colours do on a terminal is noise in a line.
        // Masked before it is cut: a part of a secret is harder to find.
        let line = SecretMask.shared.mask(Self.plain(text.split(separator: "\r").last ?? ""))
        guard !line.allSatisfy(\.isWhitespace) else { return }
        state.withLock { state in
            state.last.append(line.count > Self.longest ? "\(line.prefix(Self.longest))…" : line)
            if state.last.count > Self.kept { state.last.removeFirst() }
            if let step = Self.step(line) { state.step = step }
            // BuildKit works on several steps at once, and names the one that failed at the end: ` > [2/2] RUN …:`
            if let failed = line.wholeMatch(of: /\s*> (\[.+\] .+):/) { state.failed = String(failed.1) }
        }
        let pulls = line.contains("Pulling") || line.contains("load metadata for")
        tell(BuildProgress(pulls ? .pull : .build, line))
    }

    /// The step that failed, as the tool wrote it; nil where it failed before any.
    var failedStep: String? { state.withLock { $0.failed ?? $0.step } }

    /// The last lines that were printed.
    var lastLines: String { state.withLock { $0.last.joined(separator: "\n") } }

    func contains(_ words: String) -> Bool {
        state.withLock { $0.last.contains { $0.contains(words) } }
    }

    private static func step(_ line: String) -> String? {
        if line.wholeMatch(of: /(?i)step [0-9]+\/[0-9]+ ?: .+/) != nil { return line }
        return line.wholeMatch(of: /#[0-9]+ (\[.*[0-9]+\/[0-9]+\] .+)/).map { String($0.1) }
    }

    private static func plain(_ line: Substring) -> String {
        var text = String.UnicodeScalarView()
        for scalar in line.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").unicodeScalars
        where scalar.value >= 0x20 && scalar.value != 0x7F || scalar == "\t" {
            text.append(scalar)
        }
        return String(text)
    }
}
