internal import LaunchHTTP

/// The objects under a prefix, page by page on demand.
public struct S3Listing: AsyncSequence, Sendable {
    public struct Page: Sendable, Hashable {
        /// The objects, in order of their keys.
        public var objects: [S3Object]
        /// The common prefixes up to the next delimiter, if one was given.
        public var prefixes: [String]
    }
    /// One page, which may be empty.
    public typealias Element = Page
    /// The error type of the iterator.
    public typealias Failure = AWSError

    let store: S3Store
    let bucket: String
    let prefix: String
    let delimiter: String?
    let pageSize: Int

    /// The iterator, from the first page.
    public func makeAsyncIterator() -> Iterator {
        Iterator(listing: self)
    }

    /// Requests the pages.
    public struct Iterator: AsyncIteratorProtocol {
        let listing: S3Listing
        var token: String?
        var ended = false
        var emptyPages = 0
        /// The limit on consecutive empty pages. Real ones occur where many objects were deleted.
        private static let mostEmptyPages = 1000

        init(listing: S3Listing) {
            self.listing = listing
        }

        /// The next page, or nil after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(AWSError) -> Page? {
            guard !ended else { return nil }
            let (page, next) = try await listing.page(after: token)
            emptyPages = page.objects.isEmpty && page.prefixes.isEmpty ? emptyPages + 1 : 0
            guard emptyPages <= Self.mostEmptyPages else {
                throw AWSError(
                    .malformed,
                    "The listing of s3://\(listing.bucket)/\(listing.prefix) has no end: "
                        + "\(emptyPages) pages without an object.", service: "S3", operation: "ListObjectsV2")
            }
            // A repeated token would never end.
            ended = next == nil || next == token
            token = next
            return page
        }
    }

    func page(after token: String?) async throws(AWSError) -> (Page, next: String?) {
        var exchange = Exchange(operation: .read("ListObjectsV2"))
        exchange.method = .get
        // XML cannot represent all characters that a key can have.
        exchange.query = [
            ("list-type", "2"), ("encoding-type", "url"), ("max-keys", String(pageSize)), ("prefix", prefix),
        ]
        if let delimiter { exchange.query.append(("delimiter", delimiter)) }
        if let token { exchange.query.append(("continuation-token", token)) }
        let answer = try await store.send(exchange, bucket: bucket)
        guard case .xml(let root) = answer.document, root.name == "ListBucketResult" else {
            throw Bodies.unreadable(answer, "is not a listing", .s3, exchange.operation)
        }
        let isEncoded = root.text("EncodingType")?.trimmed == "url"
        let decoded = { (text: String?) in text.flatMap { isEncoded ? URLDecoding.decode($0) : $0 } }
        var objects: [S3Object] = []
        for entry in root.all("Contents") {
            // Omitting an object would silently train on incomplete data.
            guard let key = decoded(entry.text("Key")), let size = entry.text("Size").flatMap({ Int64($0.trimmed) }),
                S3Object.sizes.contains(size)
            else {
                throw Bodies.unreadable(answer, "lists an object without a name or a size", .s3, exchange.operation)
            }
            objects.append(
                S3Object(
                    key: key, size: size, etag: entry.text("ETag")?.trimmed ?? "",
                    lastModified: entry.text("LastModified")?.trimmed))
        }
        let prefixes = root.all("CommonPrefixes").compactMap { decoded($0.text("Prefix")) }
        let more = root.text("IsTruncated")?.trimmed == "true"
        return (Page(objects: objects, prefixes: prefixes), more ? root.text("NextContinuationToken")?.trimmed : nil)
    }
}

extension S3Store {
    /// The objects whose keys begin with `prefix`, in pages of at most `pageSize` (1 to 1,000).
    public func list(
        bucket: String, prefix: String = "", delimiter: String? = nil, pageSize: Int = 1000
    ) -> S3Listing {
        S3Listing(
            store: self, bucket: bucket, prefix: prefix, delimiter: delimiter, pageSize: min(max(pageSize, 1), 1000))
    }
}
