import Synchronization

/// A list that concurrent tasks add to: of what a test has made and must remove.
public final class Names: Sendable {
    private let names = Mutex<[String]>([])

    /// An empty list.
    public init() {}

    /// Adds one.
    public func add(_ name: String) {
        names.withLock { $0.append(name) }
    }

    /// All so far, in order.
    public var all: [String] { names.withLock { $0 } }
}
