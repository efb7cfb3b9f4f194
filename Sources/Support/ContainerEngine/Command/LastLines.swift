internal import Synchronization

/// Keeps the last lines of a program's output for its error message.
final class LastLines: Sendable {
    private static let count = 20
    private static let longest = 500
    private let lines = Mutex<[String]>([])

    func add(_ line: String) {
        lines.withLock { lines in
            if lines.count == Self.count { lines.removeFirst() }
            lines.append(String(line.prefix(Self.longest)))
        }
    }

    /// The lines, without empty ones.
    var text: String {
        lines.withLock { $0.filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n") }
    }
}
