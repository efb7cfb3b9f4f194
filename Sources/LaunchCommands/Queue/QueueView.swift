internal import LaunchHost

/// A queue as `--json` shows it.
struct QueueView: Encodable {
    private let name: String
    private let resource: String
    private let paused: Bool
    private let pausedBy: String?
    private let pausedAt: Timestamp?
    private let counts: StateCounts
    private let createdAt: Timestamp
    private let updatedAt: Timestamp
    private let file: String?
    private let template: JSONValue?
    private let variables: JSONValue?
    private let allowOverrides: JSONValue?
    private let policy: SubmitterPolicy?
    private let limits: QueueLimits?
    private let owners: [String]?
    private let text: String?
    private let damage: String?

    /// - Parameter whole: Includes the template and the other content of the queue's file.
    init(_ queue: QueueRecord, whole: Bool = true) throws {
        let definition = queue.definition
        name = queue.name
        resource = definition.resource
        paused = queue.paused
        pausedBy = queue.pausedBy
        pausedAt = queue.pausedAt
        counts = queue.counts
        createdAt = queue.createdAt
        updatedAt = queue.updatedAt
        file = definition.fileName
        template = whole ? definition.template : nil
        variables = whole ? definition.variables : nil
        allowOverrides = whole ? definition.allowOverrides : nil
        policy = whole ? definition.policy : nil
        limits = definition.limits
        owners = definition.owners
        damage = queue.damage
        text = whole ? try definition.text : nil
    }
}
