internal import Glibc

/// Ends a checkout that exceeds the limits of a source or would fill the disk.
///
/// Git has no such limit. A small repository can contain the same tree so often that its files fill any disk.
struct CheckoutSpace: Sendable {
    let folder: String
    let limits: SourceLimits
    var reserve = DiskReserve.standard
    /// The interval of the measurements. They take at most a tenth of the time.
    var pause = Duration.milliseconds(500)

    /// Runs `body`, and cancels it if the folder grows too large. The folder is measured once more at the end, so that the
    /// result does not depend on how fast the checkout was.
    /// - Throws: the error of `body`; `.invalid` or `.unavailable` if the folder grew too large.
    func watch(_ body: @escaping @Sendable () async throws(LaunchError) -> Void) async throws(LaunchError) {
        let result = await withTaskGroup(of: Result<Void, LaunchError>?.self) { group in
            group.addTask {
                do throws(LaunchError) {
                    try await body()
                    try check()
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { await excess().map { .failure($0) } }
            let first: Result<Void, LaunchError>? = await group.next() ?? nil
            group.cancelAll()
            // The error of the cancelled task adds no information.
            for await _ in group {}
            return first
        }
        // Only a cancelled measurement has no result.
        guard let result else { throw LaunchError(.tryAgain, "fetching the source was cancelled.") }
        try result.get()
    }

    /// Returns the error when the folder is too large; nil if the task is cancelled first.
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

    /// - Throws: `.invalid` if the folder exceeds a limit, `.unavailable` if the disk has too little space.
    func check() throws(LaunchError) {
        do throws(BackendError) {
            try reserve.check(writing: 0, to: folder)
        } catch {
            throw LaunchError(error)
        }
        var size = Size(limits: limits)
        try size.add(folder)
    }

    /// The size of a folder, measured within the limits.
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

        /// Adds the content of an open folder, and closes the folder. Names stay bytes, so a name that is not UTF-8
        /// counts too.
        private mutating func add(open folder: Int32, depth: Int) throws(LaunchError) {
            defer { close(folder) }
            let copy = FileSystem.openFolder([UInt8(ascii: ".")], in: folder)
            // An entry that is removed during the measurement does not count.
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
                // Every file exists twice: as an object of git and in the checkout.
                try limits.check(entries: entries / 2, bytes: bytes / 2)
            }
        }
    }
}
