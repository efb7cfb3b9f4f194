internal import LaunchHost
internal import LaunchMetrics
internal import LaunchSafeFiles

/// The metrics in a file, for the textfile collector of node_exporter, which reads the files `*.prom` of a folder.
struct MetricsFile {
    let path: String
    let collector: MetricsCollector
    let log: Logger
    var clock = HostClock.system

    /// The time between two versions of the file.
    static let pause = Duration.seconds(15)

    /// Writes the file once.
    /// - Throws: `LaunchError` if the name does not fit, or the file cannot be written.
    func begin() async throws {
        guard path.hasSuffix(".prom") else {
            throw LaunchError(
                .usage, "The file \(Wording.quoted(path)) of --metrics-file does not end in '.prom'.",
                hint: "node_exporter reads only files with this end.")
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
        while true {
            do { try await clock.sleep(Self.pause) } catch { return }
            do throws(FileFailure) {
                try await write()
                isWritten = true
            } catch {
                if isWritten { log.warning("the metrics cannot be written", ["error": error.description]) }
                isWritten = false
            }
        }
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
    }
}
