/// The limits of a queue. In JSON and in a queue's file they have the same keys.
package struct QueueLimits: Sendable, Hashable, Codable {
    /// The maximum number of runs of the queue that agents hold at once; nil means no limit.
    package var queue: Int?
    /// The maximum number of these runs of one submitter; nil means no limit.
    package var perSubmitter: Int?
    /// The maximum number of instances of each type that runs of the queue occupy at once; nil means no limit. Other types
    /// have none.
    package var perInstanceType: [String: Int]?
    /// The highest priority that a submitter may use who is not an owner of the queue; nil means any. It is the
    /// `max_priority` of the policy, which a server checks too.
    package var priority: Priority?
    /// The maximum number of runs of one submitter that wait in the queue; nil means 10,000.
    package var waiting: Int?

    package init(
        queue: Int? = nil, perSubmitter: Int? = nil, perInstanceType: [String: Int]? = nil, priority: Priority? = nil,
        waiting: Int? = nil
    ) {
        (self.queue, self.perSubmitter, self.priority, self.waiting) = (queue, perSubmitter, priority, waiting)
        self.perInstanceType = perInstanceType
    }

    private enum CodingKeys: String, CodingKey {
        case queue, priority, waiting
        case perSubmitter = "per_submitter"
        case perInstanceType = "per_instance_type"
    }

    /// The keys of `limits` in a queue's file.
    package static let fields = [
        Field(
            "queue", .integer(1...100_000), example: "8",
            help: "The maximum number of runs of the queue that all agents together hold. None: no limit."),
        Field(
            "per_submitter", .integer(1...100_000), example: "2",
            help: "The maximum number of these runs of one submitter. None: no limit."),
        Field(
            "per_instance_type", .map(.integer(1...100_000)), example: "{ml.p4d.24xlarge: 1}",
            help:
                "The maximum number of instances of a type that runs of the queue occupy at once, from their claim to their end. None: no limit."
        ),
        Field(
            "waiting", .integer(1...1_000_000), example: "100",
            help:
                "The maximum number of runs of one submitter that wait in the queue; 10000 without it. Needs a store on PostgreSQL."
        ),
    ]

    /// Whether agents must count the runs that they hold.
    package var boundsClaims: Bool { queue != nil || perSubmitter != nil || perInstanceType != nil }

    /// The limits as a queue's file declares them; nil if it declares none.
    package var declaration: JSONValue? {
        var members: [String: JSONValue] = [:]
        members["queue"] = queue.map { .integer(Int64($0)) }
        members["per_submitter"] = perSubmitter.map { .integer(Int64($0)) }
        members["per_instance_type"] = perInstanceType.map { .object($0.mapValues { .integer(Int64($0)) }) }
        members["waiting"] = waiting.map { .integer(Int64($0)) }
        return members.isEmpty ? nil : .object(members)
    }

    /// The limits on one line, for people; nil if there are none.
    package var summary: String? {
        let types = (perInstanceType ?? [:]).sorted { $0.key < $1.key }
        let parts =
            [
                queue.map { "\(Wording.count($0, "run")) at a time" },
                perSubmitter.map { "\(Wording.count($0, "run")) of one submitter" },
            ].compactMap(\.self) + types.map { "\(Wording.count($1, "instance")) of \($0)" }
            + [waiting.map { "\(Wording.count($0, "run")) of one submitter waiting" }].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
