internal import LaunchCrypto
internal import LaunchHTTP

extension S3Store {
    /// The metadata of an object. Throws `notFound` if it does not exist.
    public func head(bucket: String, key: String) async throws(AWSError) -> S3Object {
        var exchange = Exchange(operation: .read("HeadObject"))
        exchange.method = .head
        exchange.readsBody = false
        let answer: Answer
        do throws(AWSError) {
            answer = try await send(exchange, bucket: bucket, key: key)
        } catch {
            guard error.status == 400, error.code == nil else { throw error }
            try await explainRefusal(bucket: bucket, key: key)
            answer = try await send(exchange, bucket: bucket, key: key)
        }
        guard let object = S3Object(key: key, answer.headers) else {
            throw Bodies.unreadable(answer, "has no length that an object can have", .s3, exchange.operation)
        }
        return object
    }

    /// Requests one byte, because a reply to HEAD has no body: S3 refuses it with status 400 and no code if a token has
    /// expired, if the bucket is in another region, or if the object has a key of the caller. The reply to GET has the
    /// code, so the client gets newer credentials or the region as for every other call.
    private func explainRefusal(bucket: String, key: String) async throws(AWSError) {
        do throws(AWSError) {
            try await get(bucket: bucket, key: key, range: 0..<1).cancel()
        } catch {
            // An empty object has no such byte, and a server may ignore the range. Both have accepted the credentials.
            guard error.status == 416 || error.kind == .malformed else { throw error }
        }
    }

    /// The bytes of an object, or of a part of it (`range` in bytes from 0), as they arrive. With `etag`, throws
    /// `conflict` for a changed object.
    public func get(
        bucket: String, key: String, range: Range<Int64>? = nil, etag: String? = nil
    ) async throws(AWSError) -> S3Body {
        if let range, range.lowerBound < 0 || range.isEmpty {
            throw AWSError(.invalid, "Bytes \(range.lowerBound)..<\(range.upperBound) are not a range of an object.")
        }
        var exchange = Exchange(operation: .read("GetObject"))
        exchange.method = .get
        exchange.reply = .stream
        exchange.readsBody = false
        if let range {
            exchange.headers.append(("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        if let etag { exchange.headers.append(("If-Match", etag)) }
        do throws(AWSError) {
            let answer = try await send(exchange, bucket: bucket, key: key)
            guard case .stream(let stream) = answer.body else {
                throw Bodies.unreadable(answer, "is not a stream", .s3, exchange.operation)
            }
            let body = S3Body(stream)
            if let range, !body.covers(range) {
                stream.cancel()
                throw Bodies.unreadable(answer, "is not the requested part", .s3, exchange.operation)
            }
            return body
        } catch  where error.status == 412 {
            throw changed(key, error)
        }
    }

    /// Writes an object from memory, in one request. Returns its ETag.
    @discardableResult
    public func put(
        _ bytes: [UInt8], bucket: String, key: String, contentType: String? = nil
    ) async throws(AWSError) -> String {
        try await put(.bytes(bytes), bucket: bucket, key: key, contentType: contentType)
    }

    func put(
        _ payload: Exchange.Payload, bucket: String, key: String, contentType: String?
    ) async throws(AWSError) -> String {
        // Writing the same bytes again gives the same object.
        var exchange = Exchange(operation: .write("PutObject", repeatable: true))
        exchange.method = .put
        exchange.readsBody = false
        exchange.payload = payload
        if let contentType { exchange.headers.append(("Content-Type", contentType)) }
        return try await send(exchange, bucket: bucket, key: key).headers["ETag"] ?? ""
    }

    /// Copies an object of up to 5 GiB inside S3. Returns the ETag of the copy. Throws `notFound` if it does not exist.
    @discardableResult
    public func copy(
        bucket: String, key: String, toBucket target: String, key targetKey: String
    ) async throws(AWSError) -> String {
        try S3Names.check(bucket: bucket, key: key)
        var exchange = Exchange(operation: .write("CopyObject", repeatable: true))
        exchange.method = .put
        exchange.headers.append(("x-amz-copy-source", "/\(bucket)/\(URIEncoding.path(key))"))
        // S3 begins its reply before the copy is complete, so only the body says that it is.
        let answer = try await send(exchange, bucket: target, key: targetKey)
        guard case .xml(let root) = answer.document, let etag = root.text("ETag")?.trimmed.nonEmpty else {
            throw Bodies.unreadable(answer, "has no ETag", .s3, exchange.operation)
        }
        return etag
    }

    /// Deletes an object. A missing object is not an error.
    public func delete(bucket: String, key: String) async throws(AWSError) {
        var exchange = Exchange(operation: .write("DeleteObject", repeatable: true))
        exchange.method = .delete
        exchange.readsBody = false
        _ = try await send(exchange, bucket: bucket, key: key)
    }

    func changed(_ key: String, _ error: AWSError? = nil) -> AWSError {
        AWSError(
            .conflict, "The object \"\(key)\" was changed while it was read.", service: "S3",
            operation: "GetObject", code: error?.code, requestID: error?.requestID, status: error?.status)
    }
}
