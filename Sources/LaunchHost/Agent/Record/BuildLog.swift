internal import Synchronization

/// The log of an image's build, in the run's folder. A failure to write it does not fail the build.
final class BuildLog: Sendable {
    /// The maximum size in bytes, so that a build with endless output cannot fill the disk.
    static let limit = 64 << 20

    private struct State {
        var file: CFile?
        var written = 0
    }
    private let state: Mutex<State>

    /// Creates a log at the path. It replaces the log of an earlier attempt.
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
    /// The path of the log of the image's build.
    package func buildLog(of run: RunID) -> String { "\(folder(of: run))/build.log" }
}
