internal import Synchronization

/// A flag that is raised once and can be read on any thread.
final class LeaveFlag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() {
        raised.store(true, ordering: .releasing)
    }
}
