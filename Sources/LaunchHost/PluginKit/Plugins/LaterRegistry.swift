internal import Synchronization

/// The registry of a configuration, for a builder. The builder is made first, because its destination may choose the
/// registry.
package final class LaterRegistry: Sendable {
    private let kept = Mutex<(any Registry)?>(nil)

    package init() {}

    /// The registry; nil before it is made.
    package var registry: (any Registry)? { kept.withLock { $0 } }

    package func set(_ registry: any Registry) { kept.withLock { $0 = registry } }
}
