internal import FoundationEssentials
internal import HTTP

/// What S3 says of an object without giving it.
public struct S3Object: Sendable, Hashable {
    /// Its name in the bucket.
    public var key: String
    /// In bytes.
    public var size: Int64
    /// What changes with the content, quotes included.
    public var etag: String
    /// When it was written, as S3 wrote it.
    public var lastModified: String?
    /// What it says that it is; a listing says nothing of that.
    public var contentType: String?

    /// An object from its parts.
    public init(key: String, size: Int64, etag: String, lastModified: String? = nil, contentType: String? = nil) {
        self.key = key
        self.size = size
        self.etag = etag
        self.lastModified = lastModified
        self.contentType = contentType
    }

    /// The sizes that an object may have. S3's own limit is 50 TB; without one, a wrong answer would have a file cut into
    /// more parts than memory can count.
    static let sizes: ClosedRange<Int64> = 0...(64 << 40)

    init?(key: String, _ headers: HTTPHeaders) {
        guard let size = headers["Content-Length"].flatMap({ Int64($0) }), Self.sizes.contains(size) else { return nil }
        self.init(
            key: key, size: size, etag: headers["ETag"] ?? "", lastModified: headers["Last-Modified"],
            contentType: headers["Content-Type"])
    }
}

/// How far a transfer is.
public struct S3Progress: Sendable, Hashable {
    /// Bytes that have arrived at the other side.
    public var done: Int64
    /// Bytes in all.
    public var total: Int64

    /// So many of so many bytes.
    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// Counts the bytes of parts that move at the same time.
final class ProgressCount: Sendable {
    typealias Report = @Sendable (S3Progress) -> Void
    private let total: Int64
    private let report: Report?
    private let done = Counter()

    init(total: Int64, _ report: Report?) {
        self.total = total
        self.report = report
    }

    func add(_ bytes: Int64) {
        guard let report else { return }
        done.add(bytes) { report(S3Progress(done: $0, total: total)) }
    }
}
