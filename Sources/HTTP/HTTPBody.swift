public import FoundationEssentials

/// What a request carries.
public enum HTTPBody: Sendable {
    /// No body. POST, PUT and PATCH then announce a length of 0.
    case none
    /// Bytes that are in memory already.
    case bytes([UInt8])
    /// A part of a file, read while it is sent; `length` nil means to the end, as the file is when it is asked for.
    case file(path: String, offset: Int64 = 0, length: Int64? = nil)
    /// Chunks made while the body is sent, nil after the last. `next` is asked again only when there is room, one call
    /// at a time. Without `contentLength` (in bytes) the body is sent chunked. `next` should heed task cancellation.
    case producer(contentLength: Int64? = nil, next: @Sendable () async throws -> [UInt8]?)

    /// Bytes that are in memory already.
    public static func data(_ data: Data) -> HTTPBody { .bytes([UInt8](data)) }

    /// A text, as UTF-8.
    public static func text(_ text: String) -> HTTPBody { .bytes([UInt8](text.utf8)) }
}

extension HTTPBody {
    /// The same body with a known length, where it comes from a file: few servers take a file in chunks.
    func measured() throws(HTTPError) -> HTTPBody {
        guard case .file(let path, let offset, let length) = self else { return self }
        let available = try InputFile(path).length(from: offset)
        let wanted = length ?? available
        guard (0...available).contains(wanted) else {
            throw HTTPError(.bodyFailed, "\(path) has \(available) bytes from offset \(offset), not \(wanted)")
        }
        return .file(path: path, offset: offset, length: wanted)
    }
}
