/// A number of instances of one type that a run occupies. The `limits.per_instance_type` of a queue limits the sum over
/// its runs.
public struct InstanceDemand: Sendable, Hashable {
    /// The type, in the backend's spelling: `ml.p4d.24xlarge`.
    public var type: String
    /// The number of instances, from 1.
    public var count: Int
    /// The path of the value in the template that requests them, for messages.
    public var path: FieldPath

    public init(type: String, count: Int, path: FieldPath) {
        self.type = type
        self.count = max(1, count)
        self.path = path
    }
}
