internal import Synchronization

/// Counts the bytes that one task writes. It ends the task at a limit, before the disk is full, and when the task is
/// cancelled.
///
/// Files count with their apparent size: the holes of a sparse file are transferred as zeros.
package final class WriteBudget: Sendable {
    private struct Count {
        var bytes: Int64 = 0
        var entries = 0
        /// Bytes since the last check of the free disk space.
        var unchecked: Int64 = 0
    }

    private let what: String
    private let limit: Int64
    private let entries: Int
    private let key: String
    private let folder: String
    private let reserve: DiskReserve
    private let count = Mutex(Count())

    /// The maximum number of bytes between two checks of the free disk space.
    private static let stride: Int64 = 16 << 20

    /// - Parameters:
    ///   - what: what is written, for messages: "the output /out".
    ///   - limit: the maximum number of bytes.
    ///   - entries: the maximum number of files, folders and links.
    ///   - key: the configuration key of the limit, for messages.
    ///   - folder: an existing folder on the disk that is written to.
    ///   - reserve: the space that stays free on this disk.
    package init(
        _ what: String, limit: Int64, entries: Int = 1_000_000, key: String, folder: String,
        reserve: DiskReserve = .standard
    ) {
        self.what = what
        self.limit = limit
        self.entries = entries
        self.key = key
        self.folder = folder
        self.reserve = reserve
    }

    /// Checks the size of a file before its first byte is read, and refuses a file that exceeds the limit.
    /// - Parameter isNew: whether its bytes need space on the disk.
    /// - Throws: `invalid` over the limit, `unavailable` if the disk has too little space, `cancelled`.
    package func announce(_ bytes: Int64, isNew: Bool = true) throws(BackendError) {
        let seen = count.withLock { count in
            count.entries += 1
            return (count.bytes, count.entries)
        }
        guard seen.1 <= entries else {
            throw BackendError(.invalid, "\(what) has more than \(entries) files and folders, which is the limit.")
        }
        let (sum, overflow) = seen.0.addingReportingOverflow(max(0, bytes))
        guard !overflow, sum <= limit else { throw tooLarge }
        try checkTask()
        if isNew, bytes > 0 { try reserve.check(writing: bytes, to: folder) }
    }

    /// Counts bytes that are about to be written.
    /// - Throws: as `announce` does.
    package func take(_ bytes: Int64) throws(BackendError) {
        let (isOver, isDue) = count.withLock { count in
            let (sum, overflow) = count.bytes.addingReportingOverflow(bytes)
            guard !overflow, sum <= limit else { return (true, false) }
            count.bytes = sum
            count.unchecked += bytes
            guard count.unchecked >= Self.stride else { return (false, false) }
            count.unchecked = 0
            return (false, true)
        }
        guard !isOver else { throw tooLarge }
        try checkTask()
        if isDue { try reserve.check(writing: Self.stride, to: folder) }
    }

    private func checkTask() throws(BackendError) {
        if Task.isCancelled { throw BackendError(.cancelled, "The copy of \(what) was cancelled.") }
    }

    private var tooLarge: BackendError {
        BackendError(
            .invalid,
            "\(what) is larger than \(ByteCount.text(limit)), the '\(key)'. "
                + "Files count with their apparent size, including holes.",
            hint: "Write less, or raise '\(key)'.")
    }
}
