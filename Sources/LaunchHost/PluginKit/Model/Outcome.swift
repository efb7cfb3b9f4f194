/// What a run produced: the result of the finish stage.
public struct Outcome: Sendable, Hashable, Codable {
    /// A file or folder that the run wrote.
    public struct Output: Sendable, Hashable, Codable {
        /// The name of the output, e.g. the path in the container.
        public var name: String
        /// Its location now: a path on this machine or a URI.
        public var path: String

        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// The files and folders that the run wrote.
    public var outputs: [Output]
    /// The last value of each metric.
    public var metrics: [String: Double]
    /// What could not be kept, in sentences.
    public var warnings: [String]
    /// Further facts that the backend reports about the run, in its order: billed time, times of status changes.
    public var facts: [Fact]
    /// What the run has cost; nil if it is not known.
    public var cost: Cost?

    /// An amount of money.
    public struct Cost: Sendable, Hashable, Codable {
        /// The amount in units of the currency, 0 to a billion. Another amount is not counted in a budget.
        public var amount: Double
        /// The currency code by ISO 4217, three capitals: `USD`.
        public var currency: String

        public init(_ amount: Double, _ currency: String) {
            self.amount = amount
            self.currency = currency
        }

        /// The amount as money; nil if it is not possible.
        package var money: Money? { Money(amount, currency) }
    }

    /// A fact that the backend reports, as a line of `launch status`.
    public struct Fact: Sendable, Hashable, Codable {
        /// The label: `billed`.
        public var name: String
        /// The value: `240 s x 2 instances`.
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Creates an outcome; without arguments, the run produced nothing.
    public init(
        outputs: [Output] = [], metrics: [String: Double] = [:], warnings: [String] = [], facts: [Fact] = [],
        cost: Cost? = nil
    ) {
        self.outputs = outputs
        self.metrics = metrics
        self.warnings = warnings
        self.facts = facts
        self.cost = cost
    }

    /// Also reads what an older version of this program wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        outputs = try container.decode([Output].self, forKey: .outputs)
        metrics = try container.decode([String: Double].self, forKey: .metrics)
        warnings = try container.decode([String].self, forKey: .warnings)
        facts = try container.decodeIfPresent([Fact].self, forKey: .facts) ?? []
        cost = try container.decodeIfPresent(Cost.self, forKey: .cost)
    }
}
