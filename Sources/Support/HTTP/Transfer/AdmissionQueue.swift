/// The queue of waiting requests: first in, first out, within the limits for all hosts and for one host.
///
/// libcurl's own limits (`CURLMOPT_MAX_HOST_CONNECTIONS`, `CURLMOPT_MAX_TOTAL_CONNECTIONS`) are not used. When a
/// connection of libcurl 7.88 ends, only the first waiting transfers are tried again, one or two of them. If their host
/// is still at its limit, they move to the end of its queue. So requests are not sent in order, and a request waits for
/// an idle host while a long stream to another host runs: with one connection per host, it waited 5 s for a stream of 6
/// s. libcurl 8.14 tries all, so this file can be removed when no supported distribution has an older one.
struct AdmissionQueue {
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
