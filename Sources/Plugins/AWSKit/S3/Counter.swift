internal import Synchronization

/// A sum that tasks add to. Each callback gets the new sum, in order.
final class Counter: Sendable {
    private let sum = Mutex<Int64>(0)

    func add(_ amount: Int64, _ tell: (Int64) -> Void) {
        sum.withLock { sum in
            sum += amount
            tell(sum)
        }
    }
}
