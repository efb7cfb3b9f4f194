/// The record of calls, and the reaction to the next call.
struct CallBook: Sendable {
    var scripts: [String: [Reaction]] = [:]
    var standing: [String: Reaction] = [:]
    var limits: [String: Int] = [:]
    var chaos: (day: Chaos, services: Set<String>)?
    /// In seconds since 1970, by service and operation, in order of arrival.
    private(set) var times: [String: [Double]] = [:]
    /// The number of outcomes of each operation, per kind.
    private(set) var outcomes: [String: [String: Int]] = [:]
    private var admitted: [String: [Double]] = [:]
    private var chaotic = 0

    /// Records a call and returns the reaction: the test's script, else the limit, else the chaos.
    mutating func enter(_ service: String, _ operation: String, at time: Double) -> Reaction {
        let name = "\(service) \(operation)"
        times[name, default: []].append(time)
        let reaction = reaction(name, service, at: time)
        outcomes[name, default: [:]][reaction.outcome, default: 0] += 1
        return reaction
    }

    private mutating func reaction(_ name: String, _ service: String, at time: Double) -> Reaction {
        if var script = scripts[name], !script.isEmpty {
            let first = script.removeFirst()
            scripts[name] = script
            return first
        }
        if let always = standing[name] { return always }
        if let limit = limits[name] {
            let recent = admitted[name, default: []].filter { $0 > time - 1 }
            guard recent.count < limit else { return .throttled }
            admitted[name] = recent + [time]
        }
        if let chaos, chaos.services.contains(service) {
            chaotic += 1
            return chaos.day.reaction(to: chaotic)
        }
        return .proceed
    }

    mutating func begin(_ chaos: (Chaos, Set<String>)?) {
        self.chaos = chaos
        chaotic = 0
    }

    /// The largest number of these times within one second.
    static func busiestSecond(_ times: [Double]) -> Int {
        let sorted = times.sorted()
        var (first, most) = (0, 0)
        for (last, time) in sorted.enumerated() {
            while sorted[first] <= time - 1 { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }
}
