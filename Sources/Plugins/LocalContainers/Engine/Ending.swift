package import LaunchContainerEngine
package import LaunchPluginKit

/// How a container ended: the phase, and a cause that tells the user what to do.
package struct Ending {
    private let info: ContainerInfo
    private let wasStopped: Bool

    /// - Parameter wasStopped: whether a stop of this program ended the container.
    package init(_ info: ContainerInfo, wasStopped: Bool) {
        self.info = info
        self.wasStopped = wasStopped
    }

    package func observation(of runID: RunID) -> Observation {
        let start = info.state.startedAt
        // If a container ends at once, the engine may report an end slightly before its start.
        let end = [start, info.state.finishedAt ?? info.createdAt].compactMap { $0 }.max()
        return Observation(
            runID: runID, phase: phase, cause: cause, backendStatus: "\(info.state.status) (\(info.state.exitCode))",
            startedAt: start?.date, endedAt: end?.date)
    }

    private var code: Int { info.state.exitCode }

    private var phase: Observation.Phase {
        if wasStopped { return .stopped }
        return code == 0 ? .succeeded : .failed
    }

    private var cause: Cause {
        if wasStopped {
            return Cause(.userStop, "stopped: \(Self.words(code, outOfMemory: false))", exitCode: code)
        }
        if info.state.outOfMemory, code != 0 {
            let limit = info.memoryLimit.map { "limit \(Self.size($0))" } ?? "the machine's memory was used up"
            let tail = code == 137 ? "" : "; the kernel ended one of its processes"
            return Cause(.outOfMemory, "out of memory: \(limit) (exit code \(code)\(tail))", exitCode: code)
        }
        if !info.state.error.isEmpty {
            return Cause(.submit, "the engine reports: \(info.state.error)", exitCode: code)
        }
        return Cause(.exit, Self.words(code, outOfMemory: true), exitCode: code)
    }

    private static let signals = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]

    private static func words(_ code: Int, outOfMemory mentionsMemory: Bool) -> String {
        switch code {
        case 126: "exit code 126: a command could not be executed"
        case 127: "exit code 127: a command was not found"
        case 137: "exit code 137: killed (SIGKILL)\(mentionsMemory ? "; not out of memory" : "")"
        case 143: "exit code 143: ended by SIGTERM"
        case 129...192: "exit code \(code): ended by \(signals[code - 128] ?? "signal \(code - 128)")"
        default: "exit code \(code)"
        }
    }

    /// The size in the largest unit that divides it.
    package static func size(_ bytes: Int64) -> String {
        for (unit, name) in [(Int64(1) << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes % unit == 0 {
            return "\(bytes / unit) \(name)"
        }
        return "\(bytes) bytes"
    }
}

extension ContainerInfo {
    /// True while the engine may not yet know that memory was the reason. It may learn of a killed container's end a
    /// moment before it learns of the out-of-memory event.
    package var mayStillBeOutOfMemory: Bool {
        guard state.exitCode == 137, !state.outOfMemory, memoryLimit != nil, let finished = state.finishedAt else {
            return false
        }
        // An engine whose clock is ahead may report an end in the future. Do not wait for that.
        return (0..<2_000_000_000).contains(EngineTime.now.nanoseconds - finished.nanoseconds)
    }
}
