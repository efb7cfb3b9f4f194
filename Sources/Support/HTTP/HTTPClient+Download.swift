import LaunchSafeFiles

extension HTTPClient {
    /// Streams the body of a 2xx response into a file, with bounded memory. Other statuses throw `protocolError`.
    ///
    /// The bytes go into a temporary file beside `path`, which replaces `path` when the body is complete. On failure
    /// the temporary file is removed and `path` is unchanged. Returns the number of bytes. Only its owner can read a
    /// new file.
    @discardableResult
    public func download(_ request: HTTPRequest, to path: String) async throws(HTTPError) -> Int64 {
        let answer = try await stream(request)
        guard (200..<300).contains(answer.status) else {
            answer.cancel()
            throw HTTPError(
                .protocolError, "the server answered \(answer.status), so nothing was downloaded",
                host: answer.body.lease.transfer.target.host, requestMayHaveReachedServer: true)
        }
        let file = try onDisk { () throws(FileFailure) in try AtomicFile(replacing: path) }
        var count: Int64 = 0
        for try await chunk in answer.body {
            try onDisk { () throws(FileFailure) in try file.write(chunk) }
            count += Int64(chunk.count)
        }
        try onDisk(file.commit)
        return count
    }

    private func onDisk<Value>(_ body: () throws(FileFailure) -> Value) throws(HTTPError) -> Value {
        do {
            return try body()
        } catch {
            throw HTTPError(.file, error.description, requestMayHaveReachedServer: true)
        }
    }
}
