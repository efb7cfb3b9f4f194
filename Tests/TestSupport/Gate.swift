import Foundation

/// A gate that blocks threads of the loopback server until it is opened.
public final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// A closed gate.
    public init() {}

    /// Opens it permanently.
    public func open() {
        semaphore.signal()
    }

    /// Waits until it is open. False after the given number of seconds; the default ends a hang and nothing else.
    @discardableResult
    public func pass(within seconds: Double = 600) -> Bool {
        guard semaphore.wait(timeout: .now() + seconds) == .success else { return false }
        semaphore.signal()
        return true
    }
}
