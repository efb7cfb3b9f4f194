internal import LaunchConcurrency
internal import LaunchHTTP
internal import Synchronization

/// Carries out an `UploadPlan`.
struct BlobUpload: Sendable {
    let client: RegistryClient
    let blob: any BlobSource
    let repository: String
    let progress: @Sendable (Int) -> Void

    /// What is known of the open upload.
    private struct Work {
        /// Where its next request goes; nil without an upload.
        var place: String?
        /// The reader of the pieces, and its position.
        var reader: (any BlobReader)?
        var position: Int64 = 0
        /// What the reader returned beyond the last piece.
        var rest: ArraySlice<UInt8> = []
    }

    func run() async throws(OCIError) {
        var plan = UploadPlan(size: blob.size, piece: client.pieceBytes)
        var work = Work()
        while true {
            if case .done = plan.step { return }
            if case .failed(let error) = plan.step { throw error }
            let event: UploadPlan.Event
            do throws(OCIError) {
                event = try await perform(plan.step, &work)
            } catch {
                guard error.isPassing else { throw error }
                event = .cut(error)
            }
            plan.take(event)
            if case .cut(let error) = event { try await pause(plan.failures, error) }
        }
    }

    private func pause(_ failures: Int, _ error: OCIError) async throws(OCIError) {
        guard (error.retryAfter ?? .zero) <= client.retry.backoff.longest else { throw error }
        let delay = client.retry.backoff.delay(after: max(1, failures))
        do {
            try await Task.sleep(for: max(delay, error.retryAfter ?? .zero))
        } catch {
            throw OCIError(.cancelled, "The request to the registry was cancelled.")
        }
    }

    private func perform(_ step: UploadPlan.Step, _ work: inout Work) async throws(OCIError) -> UploadPlan.Event {
        switch step {
        case .begin: return try await begin(&work)
        case .sendAll: return try await sendAll(&work)
        case .send(let range): return try await send(range, &work)
        case .finish: return try await finish(work)
        case .look: return .found(try await client.hasBlob(repository, blob.digest))
        case .ask: return try await ask(&work)
        case .done, .failed: return .stored
        }
    }

    private var use: RepositoryUse {
        RepositoryUse(client.configuration.host.apiRepository(repository), writes: true)
    }
    private var name: String { client.name(repository) }
    private var what: String { "the upload of \(blob.digest)" }

    private func begin(_ work: inout Work) async throws(OCIError) -> UploadPlan.Event {
        work = Work()
        let url = client.transport.url("blobs/uploads/", of: repository)
        let answer = try await client.transport.call(client.request(.post, url), use, name)
        guard answer.status == 202 else { throw client.unexpected(answer, repository, what) }
        try move(&work, answer)
        return .begun
    }

    /// Follows the `Location` of a response.
    private func move(_ work: inout Work, _ answer: HTTPResponse) throws(OCIError) {
        guard let location = answer.headers["Location"] else { return }
        work.place = try client.transport.address(ofLocation: location, name)
    }

    private func place(_ work: Work) throws(OCIError) -> String {
        guard let place = work.place else {
            throw OCIError(.notARegistry, "\(name) opened an upload without a valid 'Location'.")
        }
        return place
    }

    private func closing(_ work: Work) throws(OCIError) -> String {
        let place = try place(work)
        return place + (place.contains("?") ? "&" : "?") + "digest=" + RegistryClient.encoded(blob.digest)
    }

    /// The whole blob in one request.
    private func sendAll(_ work: inout Work) async throws(OCIError) -> UploadPlan.Event {
        let reader = try await blob.reader(from: 0)
        let progress = progress
        let failure = Mutex<OCIError?>(nil)
        var request = client.request(.put, try closing(work))
        request.timeout = nil
        // After the last byte, a registry may need minutes to move a large blob to its place.
        request.idleTimeout = .seconds(300)
        request.headers["Content-Type"] = "application/octet-stream"
        request.body = .producer(contentLength: blob.size) {
            do throws(OCIError) {
                let bytes = try await reader.next()
                if let bytes { progress(bytes.count) }
                return bytes
            } catch {
                failure.withLock { $0 = error }
                throw error
            }
        }
        if blob.size == 0 { request.body = .none }
        let answer: HTTPResponse
        do throws(OCIError) {
            answer = try await client.transport.callOnce(request, use, name)
        } catch {
            // The source's own failure says more than that of the request.
            if let failure = failure.withLock({ $0 }) { throw failure }
            throw error
        }
        return try ended(answer)
    }

    private func ended(_ answer: HTTPResponse) throws(OCIError) -> UploadPlan.Event {
        switch answer.status {
        case 201, 204:
            if let stored = answer.headers["Docker-Content-Digest"], stored != blob.digest {
                throw OCIError(.corrupt, "\(name) stored another blob than \(blob.digest).")
            }
            return .stored
        case 404, 416: return .lost
        default: throw client.unexpected(answer, repository, what)
        }
    }

    private func send(_ range: Range<Int64>, _ work: inout Work) async throws(OCIError) -> UploadPlan.Event {
        let bytes = try await piece(range, &work)
        var request = client.request(.patch, try place(work), body: .bytes(bytes))
        request.timeout = .seconds(600)
        request.headers["Content-Type"] = "application/octet-stream"
        request.headers["Content-Range"] = "\(range.lowerBound)-\(range.upperBound - 1)"
        let answer = try await client.transport.call(request, use, name)
        switch answer.status {
        case 200..<300:
            try move(&work, answer)
            progress(bytes.count)
            return .accepted(Self.count(answer.headers["Range"]))
        case 404: return .lost
        case 416: return .cut(OCIError(.failing, "\(name) does not take the piece \(range) of \(blob.digest)."))
        case 400, 405, 411, 415, 501: return .unsupported
        default: throw client.unexpected(answer, repository, what)
        }
    }

    /// The bytes of a piece. One reader serves consecutive pieces.
    private func piece(_ range: Range<Int64>, _ work: inout Work) async throws(OCIError) -> [UInt8] {
        let reader: any BlobReader
        if let open = work.reader, work.position == range.lowerBound {
            reader = open
        } else {
            reader = try await blob.reader(from: range.lowerBound)
            work.rest = []
        }
        // After a failure, the piece may be read again.
        work.reader = nil
        var bytes = Array(work.rest)
        while bytes.count < range.count {
            guard let more = try await reader.next() else { break }
            bytes += more
        }
        guard bytes.count >= range.count else {
            throw OCIError(.corrupt, "The source of \(blob.digest) has fewer bytes than its size says.")
        }
        work.reader = reader
        work.position = range.upperBound
        work.rest = bytes[range.count...]
        return Array(bytes.prefix(range.count))
    }

    private func finish(_ work: Work) async throws(OCIError) -> UploadPlan.Event {
        try ended(try await client.transport.call(client.request(.put, try closing(work)), use, name))
    }

    private func ask(_ work: inout Work) async throws(OCIError) -> UploadPlan.Event {
        let answer = try await client.transport.call(client.request(.get, try place(work)), use, name)
        switch answer.status {
        case 200, 202, 204:
            try move(&work, answer)
            return .holds(Self.count(answer.headers["Range"]) ?? 0)
        case 400, 404, 405, 416: return .lost
        default: throw client.unexpected(answer, repository, what)
        }
    }

    /// The number of bytes in a `Range` such as `0-1023`. A new upload has `0-0`.
    static func count(_ range: String?) -> Int64? {
        guard let range, let match = range.wholeMatch(of: /(?:bytes=)?0-([0-9]{1,18})/),
            let last = Int64(match.output.1)
        else { return nil }
        return last == 0 ? 0 : last + 1
    }
}
