import FoundationEssentials

/// The instances that a run occupies, by type: what the limits for each instance type of its queue count.
package struct RunDemand: Sendable, Hashable {
    /// The number of instances of each type; empty if no queue can limit the run.
    package let counts: [String: Int]

    /// The demand of a run without instances, and of a run that is not resolved yet.
    package static let none = RunDemand(counts: [:])

    private init(counts: [String: Int]) { self.counts = counts }

    /// The sum of what a runner reports. Types that no limit can name are left out.
    package init(_ demands: [InstanceDemand]) {
        counts = Dictionary(
            demands.filter { Self.isType($0.type) }.map { ($0.type, $0.count) },
            uniquingKeysWith: { $0.saturatingAdding($1) })
    }

    /// A demand as `text` returns it; nil if it is not one.
    package init?(text: String) {
        if text.isEmpty {
            self = .none
        } else {
            guard let counts = try? JSON.decode([String: Int].self, from: Data(text.utf8)) else { return nil }
            self.init(counts: counts)
        }
    }

    /// The demand as a store keeps it, the same text for equal demands: canonical JSON, or nothing for none.
    package var text: String { counts.isEmpty ? "" : (try? JSON.canonical(counts)) ?? "" }

    /// Whether an index can have it as a part of its key. A run has one type, and a few alternatives to it.
    package var isStorable: Bool { text.utf8.count <= 1000 }

    /// Whether a queue's file can name the type: 1 to 64 letters, digits, '.', '_' and '-'.
    static func isType(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    /// A type of which a queue has too few instances for a run.
    package struct Lack: Sendable, Hashable {
        package var type: String
        /// The limit of the queue.
        package var most: Int
        /// The number of instances that other runs of the queue occupy.
        package var used: Int
        /// The number of instances that the run needs.
        package var needed: Int

        package init(type: String, most: Int, used: Int, needed: Int) {
            (self.type, self.most, self.used, self.needed) = (type, most, used, needed)
        }
    }

    /// The first type, by name, of which the queue has too few instances; nil if the run fits.
    package func lack(under limits: [String: Int], used: [String: Int]) -> Lack? {
        for (type, needed) in counts.sorted(by: { $0.key < $1.key }) {
            guard let most = limits[type] else { continue }
            let used = used[type] ?? 0
            if used.saturatingAdding(needed) > most {
                return Lack(type: type, most: most, used: used, needed: needed)
            }
        }
        return nil
    }

    /// Whether the run may be claimed. One that can never start may: its agent ends it with a sentence.
    package func isClaimable(under limits: [String: Int], used: [String: Int]) -> Bool {
        lack(under: limits, used: used) == nil || lack(under: limits, used: [:]) != nil
    }
}

extension QueueLimits {
    /// The errors of a run that can never start, because its demand alone exceeds a limit of the queue.
    package func refusals(of demands: [InstanceDemand]) -> [Finding] {
        let demand = RunDemand(demands)
        guard let limits = perInstanceType else { return [] }
        guard demand.isStorable else {
            return [
                Finding(
                    .error, at: demands.first?.path ?? FieldPath(),
                    "the run names \(demand.counts.count) types of instances, too many for a queue that limits them",
                    hint: "Name fewer types.")
            ]
        }
        return demand.counts.sorted { $0.key < $1.key }.compactMap { type, count in
            guard let most = limits[type], count > most else { return nil }
            return Finding(
                .error, at: demands.first { $0.type == type }?.path ?? FieldPath(),
                "the run needs \(Wording.count(count, "instance")) of \(type), and the limit of its queue is \(most)",
                hint: "Ask for fewer instances, or let an owner of the queue raise 'limits.per_instance_type'.")
        }
    }
}
