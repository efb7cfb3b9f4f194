internal import Foundation

/// The findings of the probe in one container.
public struct ProbeReport: Sendable {
    /// A file, folder or pipe below `/opt/ml`.
    public struct Entry: Sendable, Hashable {
        /// The mode in octal digits, `755`.
        public var mode: String
        /// The owner's user ID.
        public var owner: Int
        /// `regular-file`, `directory`, `fifo`, …
        public var kind: String
        /// The content of a file.
        public var content: String
    }

    /// The program and its arguments.
    public private(set) var arguments: [String] = []
    /// Its environment variables.
    public private(set) var environment: [String: String] = [:]
    public private(set) var folder = ""
    /// Its user ID.
    public private(set) var user = 0
    /// The lines of `/proc/mounts`.
    public private(set) var mounts: [String] = []
    /// The size of `/dev/shm`, in KiB.
    public private(set) var sharedMemory = 0
    /// The entries below `/opt/ml`, by path.
    public private(set) var paths: [String: Entry] = [:]
    /// Interface and destination of every route. An engine may add a default route and still block the traffic.
    public private(set) var routes: [String] = []
    /// Its own address and those of the hosts that it has met, by name.
    public private(set) var hosts: [String: String] = [:]
    /// The times at which SIGTERM arrived, in seconds.
    public private(set) var signals: [Int] = []
    /// Additional notes of `$PROBE`.
    public private(set) var notes: [String] = []

    /// Parses a report.
    public init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            let rest = words.dropFirst().joined(separator: " ")
            switch words[0] {
            case "argument": arguments.append(Self.decoded(rest))
            case "folder": folder = rest
            case "user": user = Int(rest) ?? -1
            case "variable":
                let pair = Self.decoded(rest).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                environment[String(pair[0])] = pair.count > 1 ? String(pair[1]) : ""
            case "mount": mounts.append(rest)
            case "shm": sharedMemory = Int(rest) ?? -1
            case "path" where words.count >= 5:
                paths[Self.decoded(words[4])] = Entry(
                    mode: words[1], owner: Int(words[2]) ?? -1, kind: words[3],
                    content: words.count > 5 ? Self.decoded(words[5]) : "")
            case "route": routes.append(rest)
            case "host" where words.count >= 3: hosts[words[1]] = words[2]
            case "signal": signals.append(words.last.flatMap { Int($0) } ?? -1)
            default: notes.append(String(line))
            }
        }
    }

    /// The content of the files directly in a folder, by name.
    public func files(in folder: String) -> [String: String] {
        var found: [String: String] = [:]
        for (path, entry) in paths where path.hasPrefix(folder + "/") && entry.kind.hasPrefix("regular") {
            found[String(path.dropFirst(folder.count + 1))] = entry.content
        }
        return found
    }

    private static func decoded(_ text: String) -> String {
        Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
