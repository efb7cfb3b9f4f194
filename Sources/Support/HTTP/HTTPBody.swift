public import FoundationEssentials

/// The body of a request.
public enum HTTPBody: Sendable {
    /// No body. POST, PUT and PATCH then send `Content-Length: 0`.
    case none
    /// Bytes in memory.
    case bytes([UInt8])
    /// A part of a file, read while it is sent. A nil `length` means up to the end; the end is measured when the
    /// request is made.
    case file(path: String, offset: Int64 = 0, length: Int64? = nil)
    /// Chunks produced while the body is sent; nil ends the body. `next` is called only when there is room, one call at
    /// a time. Without `contentLength` (in bytes) the body is sent chunked. `next` should respond to task cancellation.
    case producer(contentLength: Int64? = nil, next: @Sendable () async throws -> [UInt8]?)

    /// Bytes in memory.
    public static func data(_ data: Data) -> HTTPBody { .bytes([UInt8](data)) }

    /// A text, as UTF-8.
    public static func text(_ text: String) -> HTTPBody { .bytes([UInt8](text.utf8)) }
}

extension HTTPBody {
    /// The same body; a file gets an explicit length, because few servers accept a file in chunks.
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
