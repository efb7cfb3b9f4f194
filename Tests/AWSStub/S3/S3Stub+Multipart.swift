import Foundation
import LaunchAWS
import LaunchCrypto
import Synchronization
import TestSupport

extension S3Stub {
    func create(_ bucket: String, _ key: String, _ request: StubRequest) -> TestAnswer {
        let id = state.withLock { state in
            state.count += 1
            let id = "upload-\(state.count)"
            state.uploads[id] = S3Upload(bucket: bucket, key: key, contentType: request.raw.header("Content-Type"))
            return id
        }
        return StubText.xml(
            "<InitiateMultipartUploadResult><Bucket>\(bucket)</Bucket><Key>\(StubText.escaped(key))</Key>"
                + "<UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    func part(_ request: StubRequest) throws(StubError) -> TestAnswer {
        guard let number = request.value("partNumber").flatMap({ Int($0) }), (1...10_000).contains(number) else {
            throw StubError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        }
        let content = content(of: request)
        let known = state.withLock { state in
            state.uploads[request.value("uploadId") ?? ""]?.parts.updateValue(content, forKey: number)
            return state.uploads[request.value("uploadId") ?? ""] != nil
        }
        guard known else { throw Self.noUpload }
        return TestAnswer(200, headers: [("ETag", content.etag)])
    }

    func complete(_ request: StubRequest) throws(StubError) -> TestAnswer {
        let id = request.value("uploadId") ?? ""
        guard let upload = state.withLock({ $0.uploads[id] }) else { throw Self.noUpload }
        guard let root = XMLDocument.parse(request.raw.body), root.name == "CompleteMultipartUpload" else {
            throw StubError("MalformedXML", "The XML is not well-formed.")
        }
        var parts: [S3Content] = []
        var last = 0
        for item in root.all("Part") {
            guard let number = item.text("PartNumber").flatMap({ Int($0) }), number > last,
                let part = upload.parts[number], part.etag == item.text("ETag")
            else { throw StubError("InvalidPart", "One or more of the specified parts could not be found.") }
            last = number
            parts.append(part)
        }
        guard !parts.isEmpty else { throw StubError("MalformedXML", "There is no part.") }
        guard parts.dropLast().allSatisfy({ $0.size >= 5 << 20 }) else {
            throw StubError("EntityTooSmall", "A part is smaller than the minimum allowed size")
        }
        let etag = "\"\(SHA256.hex(parts.map(\.etag).joined().utf8).prefix(32))-\(parts.count)\""
        let whole = parts.allSatisfy { $0.bytes != nil } ? parts.flatMap { $0.bytes ?? [] } : nil
        let content = S3Content(
            size: parts.reduce(0) { $0 + $1.size }, bytes: whole, etag: etag, contentType: upload.contentType,
            modified: now())
        state.withLock { state in
            state.uploads[id] = nil
            state.objects[upload.bucket]?[upload.key] = content
        }
        return StubText.xml(
            "<CompleteMultipartUploadResult><Bucket>\(upload.bucket)</Bucket><Key>\(StubText.escaped(upload.key))</Key>"
                + "<ETag>\(StubText.escaped(etag))</ETag></CompleteMultipartUploadResult>")
    }

    func abort(_ request: StubRequest) throws(StubError) -> TestAnswer {
        let known = state.withLock { $0.uploads.removeValue(forKey: request.value("uploadId") ?? "") != nil }
        guard known else { throw Self.noUpload }
        return TestAnswer(204)
    }

    private static var noUpload: StubError {
        StubError("NoSuchUpload", "The specified upload does not exist.", status: 404)
    }
}
