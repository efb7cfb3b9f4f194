import Synchronization

/// A value that is set once and awaited once.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case kept(Value)
    }

    private let state = Mutex(State.empty)

    /// Sets the value. Later calls have no effect.
    func keep(_ value: Value) {
        let continuation: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .kept(value)
                return nil
            case .awaited(let continuation):
                state = .kept(value)
                return continuation
            case .kept:
                return nil
            }
        }
        continuation?.resume(returning: value)
    }

    /// The value; waits until it is set.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    if case .kept(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}
