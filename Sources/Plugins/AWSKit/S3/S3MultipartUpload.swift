internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchCore
internal import LaunchHTTP

/// One multipart upload, from its creation to its completion or its removal.
struct S3MultipartUpload: Sendable {
    private let store: S3Store
    private let bucket: String
    private let key: String
    private let id: String
    /// The server's time.
    private let began: Date?

    init(_ store: S3Store, bucket: String, key: String, contentType: String?) async throws(AWSError) {
        self.store = store
        self.bucket = bucket
        self.key = key
        // A retry may create a second upload. It has no parts, costs nothing and is not visible.
        var exchange = Exchange(operation: .write("CreateMultipartUpload", repeatable: true))
        exchange.query = [("uploads", nil)]
        if let contentType { exchange.headers.append(("Content-Type", contentType)) }
        let answer = try await store.send(exchange, bucket: bucket, key: key)
        guard case .xml(let root) = answer.document, let id = root.text("UploadId")?.trimmed.nonEmpty else {
            throw Bodies.unreadable(answer, "has no upload ID", .s3, exchange.operation)
        }
        self.id = id
        began = answer.headers["Date"].flatMap(HTTPDate.parse)
    }

    /// Sends a part, numbered from 1, and returns its ETag.
    func send(part: Int, _ payload: Exchange.Payload) async throws(AWSError) -> String {
        var exchange = Exchange(operation: .write("UploadPart", repeatable: true))
        exchange.method = .put
        exchange.readsBody = false
        exchange.query = [("partNumber", String(part)), ("uploadId", id)]
        exchange.payload = payload
        let answer = try await store.send(exchange, bucket: bucket, key: key)
        guard let etag = answer.headers["ETag"], !etag.isEmpty else {
            throw Bodies.unreadable(answer, "comes without an ETag", .s3, exchange.operation)
        }
        return etag
    }

    /// Joins the parts to the object; `size` in bytes.
    func complete(_ etags: [String], size: Int64) async throws(AWSError) -> String {
        var exchange = Exchange(operation: .write("CompleteMultipartUpload", repeatable: true))
        exchange.query = [("uploadId", id)]
        exchange.headers = [("Content-Type", "application/xml")]
        let parts = etags.enumerated().map { index, etag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(Self.escaped(etag))</ETag></Part>"
        }
        let document =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())"
            + "</CompleteMultipartUpload>"
        exchange.payload = .bytes([UInt8](document.utf8))
        do throws(AWSError) {
            let answer = try await store.send(exchange, bucket: bucket, key: key)
            guard case .xml(let root) = answer.document, let etag = root.text("ETag")?.trimmed.nonEmpty else {
                throw Bodies.unreadable(answer, "has no ETag", .s3, exchange.operation)
            }
            return etag
        } catch  where error.code == "NoSuchUpload" {
            // If the reply to an earlier attempt was lost, the upload no longer exists because it is complete.
            guard let object = try? await store.head(bucket: bucket, key: key), isOurs(object, etags.count, size) else {
                throw error
            }
            return object.etag
        }
    }

    private func isOurs(_ object: S3Object, _ parts: Int, _ size: Int64) -> Bool {
        guard object.size == size, object.etag.filter({ $0 != "\"" }).hasSuffix("-\(parts)"), let began,
            let written = object.lastModified.flatMap(HTTPDate.parse)
        else { return false }
        return written >= began
    }

    /// Deletes the sent parts, also in a cancelled task. Only logs a failure.
    func abort() async {
        var exchange = Exchange(operation: .write("AbortMultipartUpload", repeatable: true))
        exchange.method = .delete
        exchange.readsBody = false
        exchange.query = [("uploadId", id)]
        let (request, store, bucket, key) = (exchange, store, bucket, key)
        await withUncancelledTask {
            do throws(AWSError) {
                _ = try await store.send(request, bucket: bucket, key: key)
            } catch  where error.code != "NoSuchUpload" {
                store.runtime.log.warning(
                    "An unfinished upload stays in the bucket \(bucket); a lifecycle rule can delete it.",
                    ["key": key, "error": error.summary])
            } catch {}
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}
