/// What a queue's file says.
public struct QueueDefinition: Sendable, Hashable, Codable {
    /// 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.
    public var name: String
    /// The type of the runner whose template it holds.
    public var resource: String
    /// The text of its file, comments included, or the default template that it was made from; nil where there was none.
    public var fileText: String?
    /// The file's name, for messages.
    public var fileName: String?
    /// The backend's request template.
    public var template: JSONValue
    /// The declared template variables.
    public var variables: JSONValue
    /// Which protected places of the template a submitter may override; nil where the file does not say.
    public var allowOverrides: JSONValue?
    /// What a submitter may ask beside overrides.
    public var policy: SubmitterPolicy
    /// How often and how long its runs are tried; nil where the file does not say.
    public var retry: RetryRules?

    /// What a queue is made of.
    public init(
        name: String, resource: String, fileText: String? = nil, fileName: String? = nil,
        template: JSONValue = .object([:]), variables: JSONValue = .object([:]), allowOverrides: JSONValue? = nil,
        policy: SubmitterPolicy = SubmitterPolicy(), retry: RetryRules? = nil
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
    }
}

/// Everything that the store knows of one queue.
public struct QueueRecord: Sendable, Hashable, Codable {
    /// What its file says.
    public var definition: QueueDefinition
    /// Whether nothing is taken from it for now.
    public var paused: Bool
    /// When it was made.
    public var createdAt: Timestamp
    /// When its definition or its pause changed last.
    public var updatedAt: Timestamp
    /// How many runs it has in each state; states without any are left out.
    public var counts: StateCounts
    /// Which of its stored values cannot be read, and why; nil where all can. The record does without them, and
    /// nothing may be submitted with it.
    public var damage: String?
    /// Its name.
    public var name: String { definition.name }

    init(_ row: Row, counts: StateCounts) throws(StoreError) {
        var values = StoredValues(row)
        definition = QueueDefinition(
            name: try row.text("name"), resource: try row.text("resource"), fileText: row.optionalText("file_text"),
            fileName: row.optionalText("file_name"), template: values.required("template") ?? .object([:]),
            variables: values.required("variables") ?? .array([]), allowOverrides: values.json("allow_overrides"),
            policy: values.json("policy") ?? SubmitterPolicy(), retry: values.json("retry"))
        paused = try row.flag("paused")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
        self.counts = counts
        damage = values.damage
    }

    /// Why the queue cannot be used; nil where all of it can be read.
    public var problem: StoreError? {
        damage.map {
            StoreError(
                .corrupt, "The queue '\(name)' in the database cannot be read. \($0)",
                hint: "Write its file again: launch queue edit \(name) --config FILE. Or delete it.")
        }
    }
}

/// How many runs are in each state. As JSON an object with the states' names.
public struct StateCounts: Sendable, Hashable {
    private var counts: [RunState: Int]

    init(_ counts: [RunState: Int] = [:]) {
        self.counts = counts
    }

    /// How many are in that state, from 0.
    public internal(set) subscript(state: RunState) -> Int {
        get { counts[state] ?? 0 }
        set { counts[state] = newValue }
    }

    /// How many have not ended.
    public var unfinished: Int {
        counts.reduce(0) { $0 + ($1.key.isTerminal ? 0 : $1.value) }
    }

    /// How many there are.
    public var total: Int { counts.values.reduce(0, +) }
}

extension StateCounts: Codable {
    /// Reads an object by states' names.
    public init(from decoder: any Decoder) throws {
        let named = try decoder.singleValueContainer().decode([String: Int].self)
        self.init()
        for (name, count) in named {
            if let state = RunState(rawValue: name) { self[state] = count }
        }
    }

    /// Writes an object by states' names.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }))
    }
}
