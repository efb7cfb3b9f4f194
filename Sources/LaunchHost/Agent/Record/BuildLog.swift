internal import Synchronization

/// The log of an image's build, in the run's folder. A failure to write it does not fail the build.
final class BuildLog: Sendable {
    /// The maximum size in bytes, so that a build with endless output cannot fill the disk.
    static let limit = 64 << 20

    private struct State {
        var file: CFile?
        var written = 0
        /// What was not yet taken for the shared store.
        var pending: [UInt8] = []
    }
    private let isShared: Bool
    private let state: Mutex<State>

    /// Creates a log at the path. It replaces the log of an earlier attempt.
    /// - Parameter isShared: whether the lines are kept for `take`.
    init(path: String, isShared: Bool = false) {
        self.isShared = isShared
        state = Mutex(State(file: try? CFile(creating: path)))
    }

    func append(_ progress: BuildProgress) {
        state.withLock { state in
            guard state.written < Self.limit else { return }
            let line = SecretMask.shared.mask(progress.line)
            var bytes = Array("\(progress.step.rawValue) | \(line)\n".utf8)
            state.written += bytes.count
            if state.written >= Self.limit {
                bytes = Array(
                    "launch: The build has printed more than \(Self.limit >> 20) MiB; the rest is not kept.\n".utf8)
            }
            try? state.file?.write(bytes)
            if isShared { state.pending += bytes }
        }
    }

    /// The lines that were appended since the last call.
    func take() -> String {
        state.withLock { state in
            defer { state.pending = [] }
            return String(decoding: state.pending, as: UTF8.self)
        }
    }

    /// The bytes that builds have printed for it, of which `limit` are kept.
    var size: Int { state.withLock(\.written) }

    func close() {
        state.withLock { state in
            try? state.file?.close()
            state.file = nil
        }
    }
}

extension LaunchHome {
    /// The path of the log of the image's build.
    package func buildLog(of run: RunID) -> String { "\(folder(of: run))/build.log" }
}

extension LaunchHome {
    /// The step of the image's build that its log names last; nil if there is none on this machine.
    package func buildStep(of run: RunRecord) -> BuildStep? {
        guard run.state == .building else { return nil }
        return
            Files.end(of: buildLog(of: run.id), bytes: 64 << 10).flatMap {
                BuildStep(lastIn: String(decoding: $0, as: UTF8.self))
            }
    }
}

extension BuildStep {
    /// The last step that a log of a build names: `[4/9]`, `[stage-1 4/9]` or `Step 4/9`.
    package init?(lastIn log: String) {
        for line in log.split(separator: "\n").reversed() {
            guard
                let match = line.firstMatch(of: /(?:\[(?:[^\]]* )?|[Ss][Tt][Ee][Pp] )([0-9]{1,6})\/([0-9]{1,6})[\]: ]/),
                let number = Int(match.1), let count = Int(match.2), (1...max(1, count)).contains(number)
            else { continue }
            self.init(number: number, count: count)
            return
        }
        return nil
    }
}
