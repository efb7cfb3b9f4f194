import Synchronization

/// A list that concurrent tasks append to, for the names of things that a test must remove.
public final class Names: Sendable {
    private let names = Mutex<[String]>([])

    public init() {}

    public func add(_ name: String) {
        names.withLock { $0.append(name) }
    }

    /// All names so far, in order.
    public var all: [String] { names.withLock { $0 } }
}
