/// The queue of waiting requests: first in, first out, within the limits for all hosts and for one host.
struct WaitingLine {
    private struct Host {
        var active = 0
        var waiting: [(order: UInt64, transfer: Transfer)] = []
        var first = 0

        var next: (order: UInt64, transfer: Transfer)? { first < waiting.count ? waiting[first] : nil }

        mutating func dropFirst() {
            first += 1
            // Consumed entries are removed in batches, so that a step costs the same in a long queue and in a short
            // one.
            if first == waiting.count || first > 1024 {
                waiting.removeFirst(first)
                first = 0
            }
        }
    }

    private let perHost: Int
    private let total: Int
    private var hosts: [String: Host] = [:]
    private var active = 0
    private var order: UInt64 = 0

    init(perHost: Int, total: Int) {
        self.perHost = perHost
        self.total = total
    }

    mutating func add(_ transfer: Transfer) {
        order += 1
        hosts[transfer.target.key, default: Host()].waiting.append((order, transfer))
    }

    /// The next request that may start. It counts as active until `leave`.
    mutating func next() -> Transfer? {
        guard active < total else { return nil }
        var best: (order: UInt64, transfer: Transfer)?
        for host in hosts.values where host.active < perHost {
            if let next = host.next, next.order < best?.order ?? .max { best = next }
        }
        guard let transfer = best?.transfer else { return nil }
        hosts[transfer.target.key]?.dropFirst()
        hosts[transfer.target.key]?.active += 1
        active += 1
        return transfer
    }

    /// Ends the activity of a transfer that `next` returned.
    mutating func leave(_ transfer: Transfer) {
        let key = transfer.target.key
        guard var host = hosts[key] else { return }
        host.active -= 1
        active -= 1
        hosts[key] = host.active == 0 && host.next == nil ? nil : host
    }
}
