internal import LaunchHost
internal import Synchronization

/// What a build prints: handed on line by line, its last lines and its current step kept for the error message.
final class BuildOutput: Sendable {
    private struct State {
        var last: [String] = []
        var step: String?
        var failed: String?
        var lines = 0
        var bytes = 0
        /// The last lines after the limit, as they were printed.
        var unread: [String] = []
    }

    /// The most lines, and the most bytes, that are shown and looked at. Work on each line of a flood would slow the build
    /// down for hours, and the engine with it.
    static let maxLines = 100_000
    static let maxBytes = 32 << 20

    private static let kept = 40
    private static let longest = 400
    private let state = Mutex(State())
    private let tell: @Sendable (BuildProgress) -> Void

    init(_ tell: @escaping @Sendable (BuildProgress) -> Void) {
        self.tell = tell
    }

    func take(_ text: String) {
        guard !isOverLimit(text) else { return }
        read(text)
    }

    /// Counts a line. One over the limit is only kept for the end.
    private func isOverLimit(_ text: String) -> Bool {
        let (isOver, isFirst) = state.withLock { state in
            let wasOver = state.lines >= Self.maxLines || state.bytes >= Self.maxBytes
            state.lines += 1
            state.bytes += text.utf8.count
            guard wasOver else { return (false, false) }
            state.unread.append(text)
            if state.unread.count > Self.kept { state.unread.removeFirst() }
            // The steps of the classic builder; their names are needed when one fails.
            if text.hasPrefix("Step ") { state.step = Self.step(text) ?? state.step }
            return (true, state.unread.count == 1)
        }
        if isFirst { tell(BuildProgress(.build, "the build prints too much; the rest is not shown")) }
        return isOver
    }

    private func read(_ text: String) {
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
    var lastLines: String {
        let (read, unread) = state.withLock { ($0.last, $0.unread) }
        let masked = unread.map { text in
            String(SecretMask.shared.mask(Self.plain(text.split(separator: "\r").last ?? "")).prefix(Self.longest))
        }
        return (read + masked).suffix(Self.kept).joined(separator: "\n")
    }

    /// Whether the build failed only because an image was removed meanwhile. The classic builder compares each step with every
    /// image that has the same parent, and fails where one of them is gone (moby, image/cache: "unable to find image").
    var lostCachedStep: Bool {
        state.withLock { state in
            (state.last + state.unread).last?.wholeMatch(of: /unable to find image "sha256:[0-9a-f]{64}"/) != nil
        }
    }

    func contains(_ words: String) -> Bool {
        state.withLock { state in (state.last + state.unread).contains { $0.contains(words) } }
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
