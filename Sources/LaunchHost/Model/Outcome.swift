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

    /// An outcome from its parts; without any, the run left nothing.
    public init(outputs: [Output] = [], metrics: [String: Double] = [:], warnings: [String] = []) {
        self.outputs = outputs
        self.metrics = metrics
        self.warnings = warnings
    }
}
