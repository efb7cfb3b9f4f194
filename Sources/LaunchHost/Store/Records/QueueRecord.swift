/// The definition of a queue, from its file.
public struct QueueDefinition: Sendable, Hashable, Codable {
    /// 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.
    public var name: String
    /// The type of the runner that the template is for.
    public var resource: String
    /// The text of the file with its comments, or the default template; nil if there was no file.
    public var fileText: String?
    /// The name of the file, for messages.
    public var fileName: String?
    /// The template of the backend's request.
    public var template: JSONValue
    /// The declared template variables.
    public var variables: JSONValue
    /// The protected paths of the template that a submitter may override; nil if the file does not name any.
    public var allowOverrides: JSONValue?
    /// The permissions of a submitter in addition to overrides.
    public var policy: SubmitterPolicy
    /// The retry rules of its runs; nil if the file has none.
    package var retry: RetryRules?
    /// The limits of the queue; nil if the file has none.
    package var limits: QueueLimits?
    /// The users that may edit and pause the queue, and stop and change its runs; nil if the file names none.
    package var owners: [String]?

    package init(
        name: String, resource: String, fileText: String? = nil, fileName: String? = nil,
        template: JSONValue = .object([:]), variables: JSONValue = .object([:]), allowOverrides: JSONValue? = nil,
        policy: SubmitterPolicy = SubmitterPolicy(), retry: RetryRules? = nil, limits: QueueLimits? = nil,
        owners: [String]? = nil
    ) {
        self.name = name
        self.resource = resource
        self.fileText = fileText
        self.fileName = fileName
        self.template = template
        self.variables = variables
        self.allowOverrides = allowOverrides
        self.policy = policy
        self.retry = retry
        self.limits = limits
        self.owners = owners
    }
}

/// The stored state of one queue.
public struct QueueRecord: Sendable, Hashable, Codable {
    /// The definition from its file.
    public var definition: QueueDefinition
    /// Whether the queue is paused.
    public var paused: Bool
    /// Who paused it; nil if it is not paused, or an older program paused it.
    public var pausedBy: String?
    /// When it was paused.
    public var pausedAt: Timestamp?
    /// When the queue was created.
    public var createdAt: Timestamp
    /// When its definition or its pause last changed.
    public var updatedAt: Timestamp
    /// The number of its runs in each state; states without runs are omitted.
    public var counts: StateCounts
    /// Which of its stored values cannot be read, and why; nil if all can. The record lacks these values, and no run
    /// can be submitted to the queue.
    public var damage: String?
    /// Its name.
    public var name: String { definition.name }

    init(_ row: Row, counts: StateCounts) throws(StoreError) {
        var values = StoredValues(row)
        definition = QueueDefinition(
            name: try row.text("name"), resource: try row.text("resource"), fileText: row.optionalText("file_text"),
            fileName: row.optionalText("file_name"), template: values.required("template") ?? .object([:]),
            variables: values.required("variables") ?? .array([]), allowOverrides: values.json("allow_overrides"),
            policy: values.json("policy") ?? SubmitterPolicy(), retry: values.json("retry"),
            limits: values.json("limits"), owners: values.json("owners"))
        paused = try row.flag("paused")
        pausedBy = row.optionalText("paused_by")
        pausedAt = row.optionalTime("paused_at")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
        self.counts = counts
        damage = values.damage
    }

    /// Why the queue cannot be used; nil if all its values can be read.
    public var problem: StoreError? {
        damage.map {
            StoreError(
                .corrupt, "The queue '\(name)' in the database cannot be read. \($0)",
                hint: "Write its file again: launch queue edit \(name) --config FILE. Or delete it.")
        }
    }
}

/// The number of runs in each state. In JSON it is an object with the names of the states.
public struct StateCounts: Sendable, Hashable {
    private var counts: [RunState: Int]

    init(_ counts: [RunState: Int] = [:]) {
        self.counts = counts
    }

    /// The number of runs in this state.
    package internal(set) subscript(state: RunState) -> Int {
        get { counts[state] ?? 0 }
        set { counts[state] = newValue }
    }

    /// The number of runs that have not ended.
    public var unfinished: Int {
        counts.reduce(0) { $0 + ($1.key.isTerminal ? 0 : $1.value) }
    }

    /// The number of all runs.
    public var total: Int { counts.values.reduce(0, +) }
}

extension StateCounts: Codable {
    public init(from decoder: any Decoder) throws {
        let named = try decoder.singleValueContainer().decode([String: Int].self)
        self.init()
        for (name, count) in named {
            if let state = RunState(rawValue: name) { self[state] = count }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }))
    }
}
