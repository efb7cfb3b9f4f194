/// The waiters of a semaphore or an event, first in, first out. Each operation takes constant time on average.
///
/// A waiter is in the queue before its task suspends, so a signal or a cancellation between the two is not lost.
struct WaiterQueue<Value: Sendable> {
    private var lastTicket: UInt64 = 0
    private var waiting: [UInt64: SingleValueFuture<Value>] = [:]
    /// All tickets from `head` on, those of removed waiters included.
    private var order: [UInt64] = []
    private var head = 0

    var count: Int { waiting.count }

    mutating func append(_ waiter: SingleValueFuture<Value>) -> UInt64 {
        if order.count - head > 2 * waiting.count + 64 {
            order = order[head...].filter { waiting[$0] != nil }
            head = 0
        }
        lastTicket += 1
        waiting[lastTicket] = waiter
        order.append(lastTicket)
        return lastTicket
    }

    /// Nil if the waiter was removed before.
    mutating func remove(_ ticket: UInt64) -> SingleValueFuture<Value>? { waiting.removeValue(forKey: ticket) }

    mutating func removeFirst() -> SingleValueFuture<Value>? {
        while head < order.count {
            let ticket = order[head]
            head += 1
            // Removed in batches, so that a step costs the same in a long queue and in a short one.
            if head == order.count || head > 1024 {
                order.removeFirst(head)
                head = 0
            }
            if let waiter = waiting.removeValue(forKey: ticket) { return waiter }
        }
        return nil
    }
}
