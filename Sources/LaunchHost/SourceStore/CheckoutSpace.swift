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
        try size.add(folder, depth: 0)
    }

    /// What is in a folder, as far as it is within the limits.
    private struct Size {
        let limits: SourceLimits
        var bytes: Int64 = 0
        var entries = 0

        init(limits: SourceLimits) {
            self.limits = limits
        }

        mutating func add(_ folder: String, depth: Int) throws(LaunchError) {
            // What goes away meanwhile does not count.
            guard depth <= SourceLimits.depth, let names = try? FileSystem.names(in: folder) else { return }
            for name in names {
                let path = "\(folder)/\(String(decoding: name, as: UTF8.self))"
                guard let status = try? FileSystem.status(path) else { continue }
                entries += 1
                if status.st_mode & S_IFMT == S_IFDIR {
                    try add(path, depth: depth + 1)
                } else {
                    bytes = bytes.addingReportingOverflow(Int64(status.st_size)).partialValue
                }
                // The files are there twice: as git's objects and as files.
                try limits.check(entries: entries / 2, bytes: bytes / 2)
            }
        }
    }
}
