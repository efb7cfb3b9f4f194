internal import Synchronization

/// What the build of a run's image said, kept in the run's folder. Losing it is no reason to fail a build.
final class BuildLog: Sendable {
    /// The most bytes that are kept: a build that prints without end fills no disk.
    static let limit = 64 << 20

    private struct State {
        var file: CFile?
        var written = 0
    }
    private let state: Mutex<State>

    /// A new log at that path; what an earlier attempt left is replaced.
    init(path: String) {
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
        }
    }

    func close() {
        state.withLock { state in
            try? state.file?.close()
            state.file = nil
        }
    }
}

extension LaunchHome {
    /// Where the log of the build of a run's image is.
    public func buildLog(of run: RunID) -> String { "\(folder(of: run))/build.log" }
}
