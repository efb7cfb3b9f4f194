import Foundation

/// A door that is shut until it is opened, for threads of the loopback server.
public final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// A shut gate.
    public init() {}

    /// Opens it for good.
    public func open() {
        semaphore.signal()
    }

    /// Waits until it is open; false after 60 s.
    func pass() -> Bool {
        guard semaphore.wait(timeout: .now() + 60) == .success else { return false }
        semaphore.signal()
        return true
    }
}
