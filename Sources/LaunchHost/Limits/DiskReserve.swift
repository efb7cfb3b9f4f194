internal import Glibc

/// The part of a disk that the program leaves free, so that the machine and other programs keep working.
public struct DiskReserve: Sendable, Hashable {
    /// Bytes; nil is the standard: 1 GiB, or a twentieth of a small disk.
    private let bytes: Int64?

    /// The standard reserve.
    public static let standard = DiskReserve(bytes: nil)

    /// - Parameter bytes: the bytes that stay free; nil is the standard.
    public init(bytes: Int64?) {
        self.bytes = bytes
    }

    /// How much more may be written to the disk of a folder; nil where it is unknown.
    public func room(on folder: String) -> Int64? {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0, disk.f_frsize > 0 else { return nil }
        func size(_ blocks: UInt) -> Int64 {
            let (product, overflow) = blocks.multipliedReportingOverflow(by: disk.f_frsize)
            return overflow ? Int64.max : Int64(clamping: product)
        }
        let reserve = bytes ?? min(1 << 30, size(disk.f_blocks) / 20)
        return size(disk.f_bavail).subtractingReportingOverflow(reserve).partialValue
    }

    /// Refuses to write so much to the disk of a folder where the reserve would not stay free.
    /// - Throws: `unavailable`, with what stays free.
    public func check(writing bytes: Int64, to folder: String) throws(BackendError) {
        guard let room = room(on: folder), room < bytes else { return }
        throw BackendError(
            .unavailable, "The disk of \(folder) has too little space: the program leaves a reserve free.",
            hint: "Free some space.")
    }
}
