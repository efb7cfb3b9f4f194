public import Foundation
import Synchronization
public import TestSupport

/// S3 with path-style addresses.
public final class S3Stub: StubService {
    struct State {
        var buckets: [String: String] = [:]
        var objects: [String: S3Keys] = [:]
        var uploads: [String: S3Upload] = [:]
        var count = 0
        var keepsContent = true
        var reads = 0
    }
    let state = Mutex(State())
    let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// Creates a bucket.
    public func add(bucket: String, region: String = "us-east-1") {
        state.withLock { state in
            state.buckets[bucket] = region
            state.objects[bucket] = S3Keys()
        }
    }

    /// Stores an object in a bucket.
    public func add(_ bytes: [UInt8], bucket: String, key: String) {
        let content = S3Content(size: bytes.count, bytes: bytes, etag: S3Content.etag(bytes), modified: now())
        state.withLock { $0.objects[bucket]?[key] = content }
    }

    /// Makes all objects of a bucket older, by this number of seconds.
    public func age(bucket: String, by seconds: TimeInterval) {
        state.withLock { $0.objects[bucket]?.age(by: seconds) }
    }

    /// Removes an object from a bucket.
    public func remove(bucket: String, key: String) { state.withLock { $0.objects[bucket]?[key] = nil } }

    /// Stores an object of the given number of zero bytes in a bucket, without keeping them.
    public func add(zeros size: Int, bucket: String, key: String) {
        let content = S3Content(size: size, bytes: nil, etag: "\"zeros-\(size)\"", modified: now())
        state.withLock { $0.objects[bucket]?[key] = content }
    }

    /// From now on keeps only the sizes of uploaded objects, and returns zeros for their content.
    public func discardContent() { state.withLock { $0.keepsContent = false } }

    /// The bytes of an object; nil if it does not exist or its bytes were not kept.
    public func content(bucket: String, key: String) -> [UInt8]? {
        state.withLock { $0.objects[bucket]?[key]?.bytes }
    }
    /// The size of an object, in bytes.
    public func size(bucket: String, key: String) -> Int? { state.withLock { $0.objects[bucket]?[key]?.size } }
    /// The keys of a bucket, sorted.
    public func keys(bucket: String) -> [String] {
        state.withLock { $0.objects[bucket]?.keys(from: "", after: "") ?? [] }
    }
    /// The number of reads of objects, including their metadata.
    public var reads: Int { state.withLock(\.reads) }
    /// The number of uploads that have begun and not ended.
    public var openUploads: Int { state.withLock(\.uploads.count) }

    /// The name in scripts.
    public var name: String { "s3" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by method, path and query.
    public func operation(of request: StubRequest) -> String? {
        let (_, key) = place(request)
        let has = { (name: String) in request.query.contains { $0.name == name } }
        switch (request.raw.method, key.isEmpty) {
        case ("GET", true): return "ListObjectsV2"
        case ("HEAD", false): return "HeadObject"
        case ("GET", false): return "GetObject"
        case ("PUT", true): return "CreateBucket"
        case ("PUT", false) where request.raw.header("x-amz-copy-source") != nil: return "CopyObject"
        case ("PUT", false): return has("partNumber") ? "UploadPart" : "PutObject"
        case ("POST", false): return has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload"
        case ("DELETE", false): return has("uploadId") ? "AbortMultipartUpload" : "DeleteObject"
        default: return nil
        }
    }
    /// Replies in XML.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.xml(
            "<Error><Code>\(error.code)</Code><Message>\(StubText.escaped(error.message))</Message>"
                + "<RequestId>\(requestID)</RequestId></Error>",
            status: error.status, headers: error.headers)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        let (bucket, key) = place(request)
        if operation == "CreateBucket" { return try create(bucket, by: request) }
        guard let region = state.withLock({ $0.buckets[bucket] }) else {
            throw StubError("NoSuchBucket", "The specified bucket does not exist", status: 404)
        }
        if let asked = request.signer?.region, asked != region {
            throw StubError(
                "PermanentRedirect", "The bucket must be addressed in its own region.", status: 301,
                headers: [("x-amz-bucket-region", region)])
        }
        switch operation {
        case "ListObjectsV2": return list(bucket, request)
        case "HeadObject": return try read(bucket, key, request, isHead: true)
        case "GetObject": return try read(bucket, key, request, isHead: false)
        case "PutObject": return put(bucket, key, request)
        case "CopyObject": return try copy(bucket, key, request)
        case "DeleteObject":
            state.withLock { $0.objects[bucket]?[key] = nil }
            return TestAnswer(204)
        case "CreateMultipartUpload": return create(bucket, key, request)
        case "UploadPart": return try part(request)
        case "CompleteMultipartUpload": return try complete(request)
        case "AbortMultipartUpload": return try abort(request)
        default: throw StubError("NotImplemented", "There is no \(operation).", status: 501)
        }
    }

    private func create(_ bucket: String, by request: StubRequest) throws(StubError) -> TestAnswer {
        guard bucket.wholeMatch(of: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/) != nil else {
            throw StubError("InvalidBucketName", "The specified bucket is not valid.")
        }
        guard state.withLock({ $0.buckets[bucket] == nil }) else {
            throw StubError("BucketAlreadyOwnedByYou", "You own the bucket already.", status: 409)
        }
        add(bucket: bucket, region: request.signer?.region ?? "us-east-1")
        return TestAnswer(200, headers: [("Location", "/\(bucket)")])
    }

    private func place(_ request: StubRequest) -> (bucket: String, key: String) {
        let parts = request.path.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.count == 2 ? String(parts[1]) : ""
        return (String(parts.first ?? ""), key.removingPercentEncoding ?? key)
    }

    func content(of request: StubRequest) -> S3Content {
        let body = request.raw.body
        let keeps = state.withLock(\.keepsContent)
        // The signature check has verified the hash, so it need not be computed again.
        let hash = request.raw.header("X-Amz-Content-SHA256").map { "\"\($0.prefix(32))\"" }
        return S3Content(
            size: body.count, bytes: keeps ? body : nil, etag: hash ?? S3Content.etag(body),
            contentType: request.raw.header("Content-Type"), modified: now())
    }

    private func put(_ bucket: String, _ key: String, _ request: StubRequest) -> TestAnswer {
        let content = content(of: request)
        state.withLock { $0.objects[bucket]?[key] = content }
        return TestAnswer(200, headers: [("ETag", content.etag)])
    }

    private func copy(_ bucket: String, _ key: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        let source = request.raw.header("x-amz-copy-source") ?? ""
        let parts = source.drop { $0 == "/" }.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let from = parts.count == 2 ? String(parts[1]).removingPercentEncoding ?? "" : ""
        let found = state.withLock { state in
            let content = state.objects[String(parts[0])]?[from]
            if let content { state.objects[bucket]?[key] = content }
            return content
        }
        guard let content = found else {
            throw StubError("NoSuchKey", "The specified key does not exist.", status: 404)
        }
        return StubText.xml(
            "<CopyObjectResult><LastModified>\(now().ISO8601Format())</LastModified>"
                + "<ETag>\(StubText.escaped(content.etag))</ETag></CopyObjectResult>")
    }

    private func read(
        _ bucket: String, _ key: String, _ request: StubRequest, isHead: Bool
    ) throws(StubError) -> TestAnswer {
        let found = state.withLock { state in
            state.reads += 1
            return state.objects[bucket]?[key]
        }
        guard let content = found else {
            throw StubError("NoSuchKey", "The specified key does not exist.", status: 404)
        }
        if let wanted = request.raw.header("If-Match"), wanted != content.etag {
            throw StubError("PreconditionFailed", "At least one of the preconditions did not hold", status: 412)
        }
        var headers = [
            ("ETag", content.etag), ("Last-Modified", AWSStub.httpDate(content.modified)), ("Accept-Ranges", "bytes"),
            ("Content-Type", content.contentType ?? "binary/octet-stream"),
        ]
        if isHead { return TestAnswer(headers: headers, framing: .announced(content.size)) }
        guard let text = request.raw.header("Range") else {
            return TestAnswer(headers: headers, content.body(0..<content.size))
        }
        var bounds = text.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        // `bytes=5-`, as boto3 requests the last part: to the end.
        if bounds.count == 1, text.hasSuffix("-") { bounds.append(Int(content.size) - 1) }
        guard bounds.count == 2, bounds[0] <= bounds[1], bounds[0] < content.size else {
            throw StubError("InvalidRange", "The requested range is not satisfiable", status: 416)
        }
        let range = bounds[0]..<min(bounds[1] + 1, content.size)
        headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.size)"))
        return TestAnswer(206, headers: headers, content.body(range))
    }
}
