/// What a run leaves behind: the finish stage's value.
public struct Outcome: Sendable, Hashable, Codable {
    /// Something that the run wrote.
    public struct Output: Sendable, Hashable, Codable {
        /// What it is, e.g. the path in the container.
        public var name: String
        /// Where it is now: a path on this machine or a URI.
        public var path: String

        /// An output from its parts.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// What the run wrote.
    public var outputs: [Output]
    /// The last value of each metric.
    public var metrics: [String: Double]
    /// What could not be kept, in sentences.
    public var warnings: [String]
    /// What else the backend tells of the run, in its own order: what was billed, what became of it when.
    public var facts: [Fact]

    /// Something that the backend tells, as a line of `launch status`.
    public struct Fact: Sendable, Hashable, Codable {
        /// What it is: `billed`.
        public var name: String
        /// What it says: `240 s x 2 instances`.
        public var value: String

        /// A fact from its parts.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An outcome from its parts; without any, the run left nothing.
    public init(
        outputs: [Output] = [], metrics: [String: Double] = [:], warnings: [String] = [], facts: [Fact] = []
    ) {
        self.outputs = outputs
        self.metrics = metrics
        self.warnings = warnings
        self.facts = facts
    }

    /// Reads what this program or an older one has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        outputs = try container.decode([Output].self, forKey: .outputs)
        metrics = try container.decode([String: Double].self, forKey: .metrics)
        warnings = try container.decode([String].self, forKey: .warnings)
        facts = try container.decodeIfPresent([Fact].self, forKey: .facts) ?? []
    }
}
