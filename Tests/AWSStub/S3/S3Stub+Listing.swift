import Foundation
import Synchronization
import TestSupport

extension S3Stub {
    func list(_ bucket: String, _ request: StubRequest) -> TestAnswer {
        let prefix = request.value("prefix") ?? ""
        let most = request.value("max-keys").flatMap { Int($0) } ?? 1000
        let token = request.value("continuation-token").flatMap { Data(base64Encoded: $0) }
        let after = token.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let objects = state.withLock { $0.objects[bucket] ?? S3Keys() }
        let keys = objects.keys(from: prefix, after: after)
        let page = keys.prefix(most)
        let isEncoded = request.value("encoding-type") == "url"
        let entries = page.compactMap { key in
            objects[key].map {
                "<Contents><Key>\(Self.written(key, isEncoded))</Key>"
                    + "<LastModified>\($0.modified.ISO8601Format())</LastModified>"
                    + "<ETag>\(StubText.escaped($0.etag))</ETag><Size>\($0.size)</Size></Contents>"
            }
        }
        let isCut = keys.count > page.count
        let next = isCut ? page.last.map { Data($0.utf8).base64EncodedString() } : nil
        return StubText.xml(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>\(bucket)</Name>"
                + (isEncoded ? "<EncodingType>url</EncodingType>" : "")
                + "<KeyCount>\(page.count)</KeyCount><IsTruncated>\(isCut)</IsTruncated>"
                + (next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? "") + entries.joined()
                + "</ListBucketResult>")
    }

    /// S3 encodes a space as `+` here.
    private static func written(_ key: String, _ isEncoded: Bool) -> String {
        guard isEncoded else { return StubText.escaped(key) }
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._")
        return key.addingPercentEncoding(withAllowedCharacters: plain)?.replacing("%20", with: "+") ?? key
    }
}
