import Crypto
import Foundation
import TestSupport

/// What an object of the stub holds: bytes, or a length of zeros that is stored nowhere.
struct S3Content: Sendable {
    var size: Int
    /// Nil stands for zeros.
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

/// An upload in parts that is not complete.
struct S3Upload: Sendable {
    let bucket: String
    let key: String
    let contentType: String?
    var parts: [Int: S3Content] = [:]
}
