internal import Foundation
internal import Glibc

/// What a process holds at one moment: child processes, open descriptors, sockets, and the files of some folders.
struct Footprint: Sendable {
    private var children: [Int32: String] = [:]
    private var descriptors: [Int32: String] = [:]
    private var sockets: [Int32: String] = [:]
    private var files: Set<String> = []

    /// Whether the system can tell.
    static let isAvailable = FileManager.default.fileExists(atPath: "/proc/self/fd")

    static func current(_ settings: KitSettings, isAlone: Bool) -> Footprint {
        var footprint = Footprint()
        for folder in settings.folders {
            let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
            footprint.files.formUnion(names.map { "\(folder)/\($0)" })
        }
        guard isAlone, isAvailable else { return footprint }
        footprint.children = descendants()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let number = Int32(name),
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
                // The folder that this loop reads.
                !target.hasPrefix("/proc/")
            else { continue }
            if target.hasPrefix("socket:") {
                footprint.sockets[number] = target
            } else {
                footprint.descriptors[number] = target
            }
        }
        // The runtime makes timers and event queues of its own, and Foundation's run loops some for each thread.
        let anonymous = Dictionary(grouping: footprint.descriptors.filter { $0.value.hasPrefix("anon_inode:") }) {
            $0.value
        }
        for (_, found) in anonymous where found.count <= 128 {
            for (number, _) in found { footprint.descriptors[number] = nil }
        }
        return footprint
    }

    /// Waits until nothing is left since `self`, and records what is left then.
    /// - Parameter patience: how long it waits.
    func recordLeaks(
        _ settings: KitSettings, isAlone: Bool, patience: Duration, _ record: (Rule, String) -> Void,
        after name: () -> String
    ) async {
        let deadline = ContinuousClock.now + patience
        while true {
            let leaks = Footprint.current(settings, isAlone: isAlone).leaks(since: self, settings.idleConnections)
            if leaks.isEmpty { return }
            if ContinuousClock.now > deadline {
                for (rule, words) in leaks { record(rule, "after \(name()): \(words)") }
                return
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What this footprint has more than an earlier one. Descriptors and sockets are counted, because a plugin may close
    /// one and open another.
    private func leaks(since before: Footprint, _ idle: Int) -> [(Rule, String)] {
        var leaks: [(Rule, String)] = []
        let processes = children.filter { before.children[$0.key] == nil }
        if !processes.isEmpty {
            leaks.append((.leakedProcesses, listed(processes.sorted { $0.key < $1.key }.map { "\($0) \($1)" })))
        }
        if descriptors.count > before.descriptors.count {
            let new = descriptors.filter { before.descriptors[$0.key] != $0.value }
            leaks.append((.leakedDescriptors, listed(new.map { "descriptor \($0) of \($1)" }.sorted())))
        }
        if sockets.count > before.sockets.count + idle {
            let new = sockets.filter { before.sockets[$0.key] != $0.value }
            leaks.append((.leakedSockets, listed(new.map { "descriptor \($0), \(Self.peer(of: $1))" }.sorted())))
        }
        let new = files.subtracting(before.files)
        if !new.isEmpty { leaks.append((.leakedFiles, listed(new.sorted()))) }
        return leaks
    }

    /// The processes below this one, with their command lines.
    private static func descendants() -> [Int32: String] {
        var parents: [Int32: Int32] = [:]
        var states: [Int32: Substring] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let number = Int32(name), let data = FileManager.default.contents(atPath: "/proc/\(name)/stat") else {
                continue
            }
            // The name of the program, in parentheses, may contain anything.
            let text = String(decoding: data, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { continue }
            let words = text[text.index(after: end)...].split(separator: " ")
            guard words.count > 1, let parent = Int32(words[1]) else { continue }
            (parents[number], states[number]) = (parent, words[0])
        }
        let own = getpid()
        return parents.keys.reduce(into: [:]) { found, number in
            var ancestor = parents[number]
            while let next = ancestor, next != own { ancestor = parents[next] }
            guard ancestor == own else { return }
            let line = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
            let words = String(decoding: line, as: UTF8.self).split(separator: "\0").joined(separator: " ")
            found[number] = states[number] == "Z" ? "(ended, but its parent has not read its exit code)" : words
        }
    }

    /// `socket:[123]` with the ports of a TCP connection.
    private static func peer(of socket: String) -> String {
        let inode = socket.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        for file in ["tcp", "tcp6"] {
            let table = FileManager.default.contents(atPath: "/proc/self/net/\(file)") ?? Data()
            for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                guard words.count > 9, words[9] == inode else { continue }
                return "a connection to port \(port(words[2])) (from port \(port(words[1])))"
            }
        }
        return "a unix socket or a closed connection (\(socket))"
    }

    private static func port(_ address: Substring) -> Int {
        address.split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
    }
}
