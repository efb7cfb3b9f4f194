public import FoundationEssentials
internal import LaunchHTTP

/// The metadata of an object.
public struct S3Object: Sendable, Hashable {
    /// The name in the bucket.
    public var key: String
    /// The size in bytes.
    public var size: Int64
    /// The entity tag, which changes with the content, including its quotes.
    public var etag: String
    /// The time of the last change, in S3's format.
    public var lastModified: String?
    /// The time of the last change; nil if it is missing or cannot be read.
    public var modified: Date? { lastModified.flatMap(AWSDate.parse) }
    /// The content type; nil in listings, which omit it.
    public var contentType: String?

    public init(key: String, size: Int64, etag: String, lastModified: String? = nil, contentType: String? = nil) {
        self.key = key
        self.size = size
        self.etag = etag
        self.lastModified = lastModified
        self.contentType = contentType
    }

    /// The sizes of objects. S3's limit is 50 TB. Without a limit, a malformed reply could cause more parts than
    /// memory holds.
    static let sizes: ClosedRange<Int64> = 0...(64 << 40)

    init?(key: String, _ headers: HTTPHeaders) {
        guard let size = headers["Content-Length"].flatMap({ Int64($0) }), Self.sizes.contains(size) else { return nil }
        self.init(
            key: key, size: size, etag: headers["ETag"] ?? "", lastModified: headers["Last-Modified"],
            contentType: headers["Content-Type"])
    }
}

/// The progress of a transfer.
public struct S3Progress: Sendable, Hashable {
    /// The number of transferred bytes.
    public var done: Int64
    /// The number of all bytes.
    public var total: Int64

    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// Sums the bytes of concurrent parts.
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
