/// Status and header fields of a response.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// Finds the end of a head in the lines that libcurl delivers one by one, and limits heads. libcurl itself parses the
/// lines; `CurlEasy.head` reads the result.
struct HeadProgress {
    /// The limit for the header fields of all heads of one transfer, in bytes. libcurl has had one of 300 KB since 8.3
    /// (Debian: since 7.88.1-10+deb12u3), with an error that looks like a lost connection.
    private static let mostBytes = 256 << 10
    /// The limit for their number. libcurl compares each field with all others while they are read, so 100,000 fields
    /// would take minutes. Servers send less than 100.
    private static let mostLines = 1_000

    /// The meaning of a line.
    enum Step {
        case begins, more, ends, refused
    }

    private var isComplete = true
    private var bytes = 0
    private var lines = 0

    /// Takes one line with its line end. A status line begins a head. Interim responses and redirects come before the
    /// final one. Lines after the blank line are trailers.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        bytes += line.count
        lines += 1
        guard bytes <= Self.mostBytes, lines <= Self.mostLines else { return .refused }
        if line.starts(with: "HTTP/".utf8) {
            isComplete = false
            return .begins
        }
        guard !isComplete, line.allSatisfy({ $0 == 0x0d || $0 == 0x0a }) else { return .more }
        isComplete = true
        return .ends
    }
}
