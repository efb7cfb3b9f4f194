internal import Synchronization

/// What the build of a run's image said, kept in the run's folder. Losing it is no reason to fail a build.
final class BuildLog: Sendable {
    private let file: Mutex<CFile?>

    /// A new log at that path; what an earlier attempt left is replaced.
    init(path: String) {
        file = Mutex(try? CFile(creating: path))
    }

    func append(_ progress: BuildProgress) {
        file.withLock { file in
            try? file?.write(Array("\(progress.step.rawValue) | \(progress.line)\n".utf8))
        }
    }

    func close() {
        file.withLock { file in
            try? file?.close()
            file = nil
        }
    }
}

extension LaunchHome {
    /// Where the log of the build of a run's image is.
    public func buildLog(of run: RunID) -> String { "\(folder(of: run))/build.log" }
}
