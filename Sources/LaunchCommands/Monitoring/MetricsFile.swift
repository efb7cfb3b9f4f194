internal import Glibc
internal import LaunchHost
internal import LaunchMetrics
internal import LaunchSafeFiles
internal import Synchronization

/// The metrics in a file, for the textfile collector of node_exporter, which reads the files `*.prom` of a folder.
final class MetricsFile: Sendable {
    let path: String
    private let collector: MetricsCollector
    private let log: Logger
    private let clock: HostClock
    /// The version that was written last. It stays open, so that its inode is not that of another file.
    private let last = Mutex<AtomicFile?>(nil)

    /// The time between two versions of the file.
    static let pause = Duration.seconds(15)
    /// A text that each version has, and the file of another program has not.
    private static let mark = "# HELP launch_"

    init(path: String, collector: MetricsCollector, log: Logger, clock: HostClock = .system) {
        (self.path, self.collector, self.log, self.clock) = (path, collector, log, clock)
    }

    /// Writes the file once.
    /// - Throws: `LaunchError` if the name does not fit, the path is something else than an earlier version of the file,
    ///   or the file cannot be written.
    func begin() async throws {
        guard path.hasSuffix(".prom") else {
            throw LaunchError(
                .usage, "The file \(Wording.quoted(path)) of --metrics-file does not end in '.prom'.",
                hint: "node_exporter reads only files with this end.")
        }
        // The file is replaced, and removed at the end, so another one would be lost.
        var found = stat()
        let earlier = Files.end(of: path, bytes: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
        guard lstat(path, &found) != 0 || earlier?.contains(Self.mark) == true else {
            throw LaunchError(
                .unavailable, "\(Wording.quoted(path)) exists, and no agent has written it with --metrics-file.",
                hint: "Name another file, or remove this one.")
        }
        do throws(FileFailure) {
            try await write()
        } catch {
            throw LaunchError(
                .unavailable, "The metrics cannot be written: \(error.description)",
                hint: "Name a file with --metrics-file in a folder that exists and that you may write to.")
        }
    }

    /// Writes the file again and again, until the task is cancelled.
    func run() async {
        var isWritten = true
        var isShared = false
        while true {
            do { try await clock.sleep(Self.pause) } catch { return }
            if !isShared, isReplaced {
                isShared = true
                log.warning(
                    "another program writes the file of the metrics; each agent needs a file of its own",
                    ["file": path])
            }
            do throws(FileFailure) {
                try await write()
                isWritten = true
            } catch {
                if isWritten { log.warning("the metrics cannot be written", ["error": error.description]) }
                isWritten = false
            }
        }
    }

    /// Removes the file, unless another program has replaced it.
    func remove() {
        guard last.withLock({ $0?.isInPlace }) == true else { return }
        unlink(path)
    }

    /// Whether the path exists, and is not the version that was written last.
    private var isReplaced: Bool {
        var found = stat()
        return lstat(path, &found) == 0 && last.withLock { $0?.isInPlace } == false
    }

    private func write() async throws(FileFailure) {
        let text = await collector.text(.prometheus)
        // The end of the agent removes the file; a late version must not make it again.
        if Task.isCancelled { return }
        let file = try AtomicFile(replacing: path)
        try file.write(text.utf8)
        // The collector of node_exporter runs as another user. The values contain no secret.
        try file.allowReading()
        try file.commit()
        last.withLock { $0 = file }
    }
}
