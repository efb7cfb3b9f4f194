import Glibc

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
        var file = try OutputFile(path)
        var count: Int64 = 0
        for try await chunk in answer.body {
            try file.write(chunk)
            count += Int64(chunk.count)
        }
        try file.commit()
        return count
    }
}

/// A file that is written under a temporary name until it is complete.
private struct OutputFile: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var committed = false

    init(_ path: String) throws(HTTPError) {
        self.path = path
        partial = "\(path).\(UInt64.random(in: .min ... .max)).partial"
        descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot write", path) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !committed { unlink(partial) }
    }

    func write(_ bytes: [UInt8]) throws(HTTPError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw Self.failure("cannot write", path) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    mutating func commit() throws(HTTPError) {
        guard rename(partial, path) == 0 else { throw Self.failure("cannot replace", path) }
        committed = true
    }

    private static func failure(_ what: String, _ path: String) -> HTTPError {
        HTTPError(.file, "\(what) \(path): \(String(cString: strerror(errno)))", requestMayHaveReachedServer: true)
    }
}
