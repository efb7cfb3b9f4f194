import Synchronization

/// A bounded buffer between an async producer of a request body and the loop, which must not block.
final class UploadChannel: Sendable {
    /// The next action of the loop.
    enum Step {
        case bytes(ArraySlice<UInt8>)
        case end
        case wait
        case failed(HTTPError)
    }

    private struct State {
        var bytes: ArraySlice<UInt8> = []
        var waits = false
        var end: Result<Void, HTTPError>?
        var producer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Passes a chunk to the loop once the previous chunk is consumed. True if the loop waits and must be woken.
    ///
    /// After the channel is closed, it drops the chunk and returns false at once.
    func push(_ chunk: [UInt8]) async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let free = state.withLock { state in
                if state.bytes.isEmpty || state.end != nil { return true }
                state.producer = continuation
                return false
            }
            if free { continuation.resume() }
        }
        return state.withLock { state in
            guard state.end == nil else { return false }
            state.bytes = chunk[...]
            defer { state.waits = false }
            return state.waits
        }
    }

    /// Ends the body, or closes the channel after the transfer. True if the loop waits and must be woken.
    @discardableResult
    func finish(_ end: Result<Void, HTTPError>) -> Bool {
        let (waits, producer) = state.withLock { state in
            if state.end == nil { state.end = end }
            defer {
                state.waits = false
                state.producer = nil
            }
            return (state.waits, state.producer)
        }
        producer?.resume()
        return waits
    }

    /// The next bytes, at most `count`.
    func take(_ count: Int) -> Step {
        let (step, producer) = state.withLock { state -> (Step, CheckedContinuation<Void, Never>?) in
            if case .failure(let error) = state.end { return (.failed(error), nil) }
            if !state.bytes.isEmpty {
                let part = state.bytes.prefix(count)
                state.bytes = state.bytes.dropFirst(count)
                guard state.bytes.isEmpty else { return (.bytes(part), nil) }
                defer { state.producer = nil }
                return (.bytes(part), state.producer)
            }
            if state.end != nil { return (.end, nil) }
            state.waits = true
            return (.wait, nil)
        }
        producer?.resume()
        return step
    }
}
