internal import Glibc

/// Ends a checkout that grows over the limits of a source, or that would fill the disk.
///
/// Git has no limit of its own. A small repository can name the same tree so often that its files fill any disk.
struct CheckoutSpace: Sendable {
    let folder: String
    let limits: SourceLimits
    var reserve = DiskReserve.standard
    /// How often the folder is measured; a measurement takes at most a tenth of the time.
    var pause = Duration.milliseconds(500)

    /// Runs `body`, and cancels it where the folder grows too large.
    /// - Throws: what `body` throws; `.invalid` or `.unavailable` where the folder grew too large.
    func watch(_ body: @escaping @Sendable () async throws(LaunchError) -> Void) async throws(LaunchError) {
        let result = await withTaskGroup(of: Result<Void, LaunchError>?.self) { group in
            group.addTask {
                do throws(LaunchError) {
                    return .success(try await body())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { await excess().map { .failure($0) } }
            let first: Result<Void, LaunchError>? = await group.next() ?? nil
            group.cancelAll()
            // What ends by the cancellation says nothing of its own.
            for await _ in group {}
            return first
        }
        // Only a cancelled measurement has no answer.
        guard let result else { throw LaunchError(.tryAgain, "fetching the source was cancelled.") }
        try result.get()
    }

    /// Returns when the folder is too large; nil where the task is cancelled first.
    private func excess() async -> LaunchError? {
        var wait = pause
        while (try? await Task.sleep(for: wait)) != nil {
            let began = ContinuousClock.now
            do throws(LaunchError) {
                try check()
            } catch {
                return error
            }
            wait = max(pause, (ContinuousClock.now - began) * 10)
        }
        return nil
    }

    /// - Throws: `.invalid` where the folder is over a limit, `.unavailable` where the disk has too little space.
    func check() throws(LaunchError) {
        do throws(BackendError) {
            try reserve.check(writing: 0, to: folder)
        } catch {
            throw LaunchError(error)
        }
        var size = Size(limits: limits)
        try size.add(folder)
    }

    /// What is in a folder, as far as it is within the limits.
    private struct Size {
        let limits: SourceLimits
        var bytes: Int64 = 0
        var entries = 0

        init(limits: SourceLimits) {
            self.limits = limits
        }

        mutating func add(_ folder: String) throws(LaunchError) {
            let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if descriptor >= 0 { try add(open: descriptor, depth: 0) }
        }

        /// Counts what is in an open folder, and closes it. Names stay bytes: one that is not UTF-8 counts as well.
        private mutating func add(open folder: Int32, depth: Int) throws(LaunchError) {
            defer { close(folder) }
            let copy = FileSystem.openFolder([UInt8(ascii: ".")], in: folder)
            // What is removed meanwhile does not count.
            guard copy >= 0, let names = try? FileSystem.names(inOpen: copy, path: "") else { return }
            for name in names {
                guard let status = FileSystem.status(of: name, in: folder) else { continue }
                entries += 1
                if status.st_mode & S_IFMT == S_IFDIR {
                    let child = depth < SourceLimits.depth ? FileSystem.openFolder(name, in: folder) : -1
                    if child >= 0 { try add(open: child, depth: depth + 1) }
                } else {
                    bytes = bytes.addingReportingOverflow(Int64(status.st_size)).partialValue
                }
                // The files are there twice: as git's objects and as files.
                try limits.check(entries: entries / 2, bytes: bytes / 2)
            }
        }
    }
}
