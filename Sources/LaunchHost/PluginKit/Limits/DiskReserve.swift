internal import Glibc

/// The space on a disk that the program keeps free, so that the machine and other programs continue to work.
package struct DiskReserve: Sendable, Hashable {
    /// The bytes to keep free; nil means the standard: 1 GiB, or 5 % of a small disk.
    private let bytes: Int64?

    /// The standard reserve.
    package static let standard = DiskReserve(bytes: nil)

    /// - Parameter bytes: the bytes to keep free; nil means the standard.
    package init(bytes: Int64?) {
        self.bytes = bytes
    }

    /// The number of bytes that may still be written to the disk of a folder; nil if it is unknown.
    package func room(on folder: String) -> Int64? {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0, disk.f_frsize > 0 else { return nil }
        func size(_ blocks: UInt) -> Int64 {
            let (product, overflow) = blocks.multipliedReportingOverflow(by: disk.f_frsize)
            return overflow ? Int64.max : Int64(clamping: product)
        }
        let reserve = bytes ?? min(1 << 30, size(disk.f_blocks) / 20)
        return size(disk.f_bavail).subtractingReportingOverflow(reserve).partialValue
    }

    /// Checks that the reserve stays free after a write of this size to the disk of a folder.
    /// - Throws: `unavailable`, with the size of the reserve.
    package func check(writing bytes: Int64, to folder: String) throws(BackendError) {
        guard let room = room(on: folder), room < bytes else { return }
        throw BackendError(
            .unavailable, "The disk of \(folder) has too little space: the program leaves a reserve free.",
            hint: "Free some space.")
    }
}
