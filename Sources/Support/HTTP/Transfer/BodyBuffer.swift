import Synchronization

/// A bounded buffer between the loop, which must not block, and the one reader of a body.
final class BodyBuffer: Sendable {
    /// The result of a read: a chunk, nil at the end, or the error of the transfer.
    struct Taken: Sendable {
        let chunk: Result<[UInt8]?, HTTPError>
        let wasPaused: Bool
    }

    private struct State {
        var bytes: [UInt8] = []
        var paused = false
        var end: Result<Void, HTTPError>?
        var reader: CheckedContinuation<Taken, Never>?
    }

    /// The buffer accepts no more bytes at this size, in bytes. It may exceed it by one piece from libcurl.
    static let limit = 256 << 10

    private let state = Mutex(State())

    /// Accepts bytes from the loop. False asks the loop to pause and to offer the same bytes again.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (accepted, reader) = state.withLock { state -> (Bool, CheckedContinuation<Taken, Never>?) in
            if let reader = state.reader {
                state.reader = nil
                return (true, reader)
            }
            guard state.bytes.count < Self.limit else {
                state.paused = true
                return (false, nil)
            }
            state.bytes.append(contentsOf: bytes)
            return (true, nil)
        }
        reader?.resume(returning: Taken(chunk: .success(Array(bytes)), wasPaused: false))
        return accepted
    }

    /// Ends the body. After a cancellation, unread bytes are dropped.
    func finish(_ end: Result<Void, HTTPError>) {
        let reader = state.withLock { state -> CheckedContinuation<Taken, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            if case .failure(let error) = end, error.code == .cancelled { state.bytes = [] }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: Taken(chunk: end.map { nil }, wasPaused: false))
    }

    /// The result of a read without waiting; nil if the reader must wait. `wasPaused` means that the caller must resume
    /// the transfer.
    func take() -> Taken? {
        state.withLock { Self.take(&$0) }
    }

    /// Waits for a chunk. Only one task may read at a time.
    func next(isolation: isolated (any Actor)?) async -> Taken {
        await withCheckedContinuation(isolation: isolation) { continuation in
            let ready = state.withLock { state -> Taken? in
                if let ready = Self.take(&state) { return ready }
                guard state.reader == nil else {
                    let error = HTTPError(.internalError, "two tasks read one HTTP body at the same time")
                    return Taken(chunk: .failure(error), wasPaused: false)
                }
                state.reader = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    private static func take(_ state: inout State) -> Taken? {
        if !state.bytes.isEmpty {
            var bytes: [UInt8] = []
            swap(&bytes, &state.bytes)
            defer { state.paused = false }
            return Taken(chunk: .success(bytes), wasPaused: state.paused)
        }
        return state.end.map { Taken(chunk: $0.map { nil }, wasPaused: false) }
    }
}
