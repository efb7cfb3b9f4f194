internal import LaunchPluginKit
internal import Synchronization

/// The output of a build. Passes lines on, and keeps the last lines and the current step for the error message.
final class BuildOutput: Sendable {
    private struct State {
        var last: [String] = []
        var step: String?
        var failed: String?
        var lines = 0
        var bytes = 0
        /// The last lines after the limit, unprocessed.
        var unread: [String] = []
    }

    /// The highest numbers of lines and bytes that are processed. Processing every line of a flood would slow down the
    /// build, and the engine, for hours.
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

    /// Counts a line. A line over the limit is only kept for the error message.
    private func isOverLimit(_ text: String) -> Bool {
        let (isOver, isFirst) = state.withLock { state in
            let wasOver = state.lines >= Self.maxLines || state.bytes >= Self.maxBytes
            state.lines += 1
            state.bytes += text.utf8.count
            guard wasOver else { return (false, false) }
            state.unread.append(text)
            if state.unread.count > Self.kept { state.unread.removeFirst() }
            // The steps of the classic builder. The name of a failed step is part of the error message.
            if text.hasPrefix("Step ") { state.step = Self.step(text) ?? state.step }
            return (true, state.unread.count == 1)
        }
        if isFirst { tell(BuildProgress(.build, "the build prints too many lines; the rest is not shown")) }
        return isOver
    }

    private func read(_ text: String) {
        // Carriage returns and colours mean nothing outside a terminal. The line is masked before it is cut, because a
        // part of a secret is harder to find.
        let line = SecretMask.shared.mask(Self.plain(text.split(separator: "\r").last ?? ""))
        guard !line.allSatisfy(\.isWhitespace) else { return }
        state.withLock { state in
            state.last.append(line.count > Self.longest ? "\(line.prefix(Self.longest))…" : line)
            if state.last.count > Self.kept { state.last.removeFirst() }
            if let step = Self.step(line) { state.step = step }
            // BuildKit runs several steps at once, and names the failed one at the end: ` > [2/2] RUN …:`
            if let failed = line.wholeMatch(of: /\s*> (\[.+\] .+):/) { state.failed = String(failed.1) }
        }
        let pulls = line.contains("Pulling") || line.contains("load metadata for")
        tell(BuildProgress(pulls ? .pull : .build, line))
    }

    /// The failed step, in the builder's notation; nil if no step had begun.
    var failedStep: String? { state.withLock { $0.failed ?? $0.step } }

    /// The last lines of the output.
    var lastLines: String {
        let (read, unread) = state.withLock { ($0.last, $0.unread) }
        let masked = unread.map { text in
            String(SecretMask.shared.mask(Self.plain(text.split(separator: "\r").last ?? "")).prefix(Self.longest))
        }
        return (read + masked).suffix(Self.kept).joined(separator: "\n")
    }

    /// Whether the build failed only because an image was removed during the build. The classic builder compares each
    /// step with every image of the same parent, and fails if one is missing (moby, image/cache: "unable to find
    /// image").
    var lostCachedStep: Bool {
        state.withLock { state in
            (state.last + state.unread).last?.wholeMatch(of: /unable to find image "sha256:[0-9a-f]{64}"/) != nil
        }
    }

    func contains(_ words: String) -> Bool {
        state.withLock { state in (state.last + state.unread).contains { $0.contains(words) } }
    }

    private static func step(_ line: String) -> String? {
        // Buildah puts the number of the stage in front.
        if line.wholeMatch(of: /(?i)(?:\[[0-9]+\/[0-9]+\] )?step [0-9]+\/[0-9]+ ?: .+/) != nil { return line }
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
