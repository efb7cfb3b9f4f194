/// The name, the kind, the labels and the meaning of a family of values. It is fixed while the process lives.
public struct MetricDescription: Sendable, Hashable {
    /// What the values of a family are.
    public enum Kind: String, Sendable, Hashable {
        /// A total that only grows.
        case counter
        /// A value that rises and falls.
        case gauge
        /// Observed values, counted by their size.
        case histogram
    }

    /// The name, with its unit as the last word: `launch_build_duration_seconds`. That of a counter has no `_total`,
    /// which the samples have.
    public let name: String
    /// What the values are.
    public let kind: Kind
    /// The unit, if the name ends with it: `seconds` or `bytes`.
    public let unit: String?
    /// One sentence for people, without a line break.
    public let help: String
    /// The names of the labels.
    public let labels: [String]
    /// The most series that the family has; another one is counted in the series whose labels are all `other`.
    public let mostSeries: Int
    /// The upper bounds of a histogram's buckets, rising and without infinity; empty for other kinds.
    public let bounds: [Double]

    /// The name of a sample: that of a counter ends in `_total`.
    public var sampleName: String { kind == .counter ? "\(name)_total" : name }

    init(
        _ name: String, _ kind: Kind, _ help: String, labels: [String], mostSeries: Int, bounds: [Double] = []
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.mostSeries = max(1, mostSeries)
        self.bounds = bounds
        unit = ["seconds", "bytes"].first { name.hasSuffix("_\($0)") }
    }
}
