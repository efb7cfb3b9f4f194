import FoundationEssentials
import Glibc

/// The source of a request body, as the loop sees it.
enum UploadSource {
    case bytes([UInt8], position: Int)
    case channel(UploadChannel, pump: Task<Void, Never>)

    /// The maximum size of a chunk that is read from a file, in bytes.
    private static let piece = 128 << 10

    /// Opens the source. Nil if there is nothing to send. `wake` informs the loop that a producer has bytes or has
    /// ended.
    static func open(_ body: HTTPBody, wake: @escaping @Sendable () -> Void) -> UploadSource? {
        switch body {
        case .none:
            return nil
        case .bytes(let bytes):
            return .bytes(bytes, position: 0)
        case .file(let path, let offset, let length):
            return pump(wake) { push throws(HTTPError) in
                try await send(path, from: offset, length: length ?? 0, to: push)
            }
        case .producer(let length, let next):
            return pump(wake) { push throws(HTTPError) in
                try await send(next, length: length, to: push)
            }
        }
    }

    /// Cancels the producer. Has no effect if it has ended.
    func close() {
        guard case .channel(let channel, let pump) = self else { return }
        channel.finish(.failure(HTTPError(.cancelled, "the transfer has ended")))
        pump.cancel()
    }

    private typealias Push = @Sendable ([UInt8]) async -> Void

    private static func pump(
        _ wake: @escaping @Sendable () -> Void,
        _ run: @escaping @Sendable (@escaping Push) async throws(HTTPError) -> Void
    ) -> UploadSource {
        let channel = UploadChannel()
        let pump = Task {
            let end: Result<Void, HTTPError>
            do throws(HTTPError) {
                try await run { chunk in
                    if await channel.push(chunk) { wake() }
                }
                end = .success(())
            } catch {
                end = .failure(error)
            }
            if channel.finish(end) { wake() }
        }
        return .channel(channel, pump: pump)
    }

    private static func send(
        _ path: String, from offset: Int64, length: Int64, to push: Push
    ) async throws(HTTPError) {
        let file = try InputFile(path)
        var position = offset
        var left = length
        while left > 0, !Task.isCancelled {
            let bytes = try file.read(at: position, count: Int(min(left, Int64(piece))))
            guard !bytes.isEmpty else {
                throw HTTPError(.bodyFailed, "\(path) ended \(left) bytes early while it was being sent")
            }
            position += Int64(bytes.count)
            left -= Int64(bytes.count)
            await push(bytes)
        }
    }

    private static func send(
        _ next: @Sendable () async throws -> [UInt8]?, length: Int64?, to push: Push
    ) async throws(HTTPError) {
        var sent: Int64 = 0
        while !Task.isCancelled {
            let chunk: [UInt8]?
            do {
                chunk = try await next()
            } catch {
                // The producer's error may quote the data that it read, so only its type is reported.
                throw HTTPError(.bodyFailed, "the producer of the request body failed: \(type(of: error))")
            }
            guard let chunk else { break }
            guard !chunk.isEmpty else { continue }
            sent += Int64(chunk.count)
            if let length, sent > length {
                throw HTTPError(.bodyFailed, "the request body has more than the \(length) bytes announced")
            }
            await push(chunk)
        }
        if let length, sent != length, !Task.isCancelled {
            throw HTTPError(.bodyFailed, "the request body ended after \(sent) of \(length) bytes announced")
        }
    }
}
