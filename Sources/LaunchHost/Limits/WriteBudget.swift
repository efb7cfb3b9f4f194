internal import Synchronization

/// Counts what one piece of work writes. It ends the work at a limit, before the disk is full, and when its task is
/// cancelled.
///
/// Files count by their apparent size: a file with holes is transferred as the zeros that it shows.
public final class WriteBudget: Sendable {
    private struct Count {
        var bytes: Int64 = 0
        var entries = 0
        /// Bytes since the disk was looked at.
        var unchecked: Int64 = 0
    }

    private let what: String
    private let limit: Int64
    private let entries: Int
    private let key: String
    private let folder: String
    private let reserve: DiskReserve
    private let count = Mutex(Count())

    /// How many bytes may pass between two looks at the disk.
    private static let stride: Int64 = 16 << 20

    /// - Parameters:
    ///   - what: what is written, for messages: "the output /out".
    ///   - limit: the most bytes.
    ///   - entries: the most files, folders and links.
    ///   - key: the configuration's key for the limit, for messages.
    ///   - folder: a folder that exists on the disk that is written to.
    ///   - reserve: what stays free there.
    public init(
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

    /// Refuses a file of that size before any of its bytes are read, where it would pass the limit.
    /// - Parameter isNew: whether its bytes need space on the disk.
    /// - Throws: `invalid` over the limit, `unavailable` where the disk has too little space, `cancelled`.
    public func announce(_ bytes: Int64, isNew: Bool = true) throws(BackendError) {
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
    public func take(_ bytes: Int64) throws(BackendError) {
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
        if Task.isCancelled { throw BackendError(.cancelled, "The copy of \(what) was broken off.") }
    }

    private var tooLarge: BackendError {
        BackendError(
            .invalid,
            "\(what) is larger than \(ByteCount.text(limit)), the '\(key)'. "
                + "Files count by the size that they show, also where they have holes.",
            hint: "Write less, or raise '\(key)'.")
    }
}
