import FuzzTargets
import Glibc

/// Runs a target with one input after another, with a time limit for each.
struct Replay {
    /// A file that is not readable.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The number of inputs so far.
    private(set) var count = 0
    private let target: FuzzTarget
    private let kept: Int32?

    /// - Parameter keep: the file for the current input, for the time after a crash.
    init(_ target: FuzzTarget, keep: String?) {
        self.target = target
        kept = keep.map { open($0, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
    }

    /// Runs one input. SIGVTALRM ends the process after 5 s of processor time.
    mutating func run(_ input: [UInt8]) {
        if let kept {
            ftruncate(kept, 0)
            pwrite(kept, input, input.count, 0)
        }
        var limit = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 5, tv_usec: 0))
        setitimer(Int32(ITIMER_VIRTUAL.rawValue), &limit, nil)
        target.run(input)
        count += 1
    }

    /// The content of a file.
    static func bytes(of path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count >= 0 else { throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
