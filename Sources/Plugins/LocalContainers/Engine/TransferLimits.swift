package import LaunchPluginKit

/// Limits for copies between containers, this machine and object stores.
package struct TransferLimits: Sendable {
    package static let outputKey = "output_size_limit"
    package static let downloadKey = "download_size_limit"
    package static let reserveKey = "disk_reserve"
    package static let defaultOutput: Int64 = 50 << 30
    package static let defaultDownload: Int64 = 200 << 30

    /// The most bytes of one output, one result or one synchronized folder.
    package var outputBytes: Int64
    /// The most bytes of one input.
    package var downloadBytes: Int64
    /// The space that stays free on the disk of the program's home.
    package var reserve: DiskReserve

    /// - Parameters:
    ///   - outputBytes: nil is 50 GiB.
    ///   - downloadBytes: nil is 200 GiB.
    package init(outputBytes: Int64? = nil, downloadBytes: Int64? = nil, reserve: DiskReserve = .standard) {
        self.outputBytes = outputBytes ?? Self.defaultOutput
        self.downloadBytes = downloadBytes ?? Self.defaultDownload
        self.reserve = reserve
    }
}
