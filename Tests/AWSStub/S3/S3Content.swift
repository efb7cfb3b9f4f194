import Foundation
import LaunchCrypto
import TestSupport

/// The content of an object: bytes, or a number of zeros without storage.
struct S3Content: Sendable {
    var size: Int
    /// Nil means zeros.
    var bytes: [UInt8]?
    var etag: String
    var contentType: String?
    var modified: Date

    func body(_ range: Range<Int>) -> [TestAnswer.Step] {
        guard let bytes else { return [.zeros(range.count)] }
        return [.bytes(Array(bytes[range]))]
    }

    static func etag(_ bytes: [UInt8]) -> String { "\"\(SHA256.hex(bytes).prefix(32))\"" }
}

/// An incomplete multipart upload.
struct S3Upload: Sendable {
    let bucket: String
    let key: String
    let contentType: String?
    var parts: [Int: S3Content] = [:]
}
