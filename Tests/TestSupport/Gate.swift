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

    /// Waits until it is open. False after 60 s.
    func pass() -> Bool {
        guard semaphore.wait(timeout: .now() + 60) == .success else { return false }
        semaphore.signal()
        return true
    }
}
