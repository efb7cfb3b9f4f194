internal import LaunchAWS
internal import LaunchPluginKit

/// Renders a job as the calls of Batch. Pure.
struct BatchRender {
    /// The run's configuration as JSON.
    static let runConfig = "LAUNCH_RUN_CONFIG"
    /// The longest copy of the run's configuration, in bytes. All overrides of a container have room for 8 KiB.
    static let longestRunConfig = 4096

    private let runnable: RunnableJob
    private let template: Options
    private var job: ResolvedJob { runnable.job }

    init(_ runnable: RunnableJob) {
        self.runnable = runnable
        template = Options(runnable.job.template.objectValue ?? [:])
    }

    func request() throws(BackendError) -> RunRequest {
        var notes = BatchRequest.Notes()
        notes.image = runnable.image.name
        notes.reference = runnable.image.reference
        notes.isPinned = runnable.image.digest != nil
        notes.replacesEntryPoint = job.entryPoint != nil
        notes.platform = template.string("platform") ?? "EC2"
        notes.hasProperties = template.values["container_properties"] != nil
        let definition = template.string("job_definition") == nil ? definition(notes) : nil
        let overrides = try overrides(&notes)

        var input: [String: JSONValue] = [
            "jobName": .string(BatchJobName(project: job.project, runID: job.runID).description),
            "jobQueue": .string(template.string("job_queue") ?? ""),
            "jobDefinition": definition?["jobDefinitionName"]
                ?? .string(template.string("job_definition") ?? ""),
            "containerOverrides": .object(overrides), "tags": .object(tags),
        ]
        input["retryStrategy"] = retryStrategy
        input["timeout"] = template.number("timeout").map {
            .object(["attemptDurationSeconds": .integer(Int64(saturating: $0.rounded(.up)))])
        }
        input["arrayProperties"] = template.integer("array_size").map { .object(["size": .integer($0)]) }
        input["parameters"] = template.values["parameters"]
        input["shareIdentifier"] = template.values["share_identifier"]
        input["schedulingPriorityOverride"] = template.values["scheduling_priority"]
        input["propagateTags"] = template.values["propagate_tags"]
        return BatchRequest(definition: definition, job: input.filter { $0.value != .null }, notes: notes).request()
    }

    // MARK: parts

    /// The run's own definition. Its revisions decide which process submits the job; see `RunTickets`.
    private func definition(_ notes: BatchRequest.Notes) -> JSONValue {
        var properties = template.values["container_properties"]?.objectValue ?? [:]
        properties["image"] = .string(runnable.image.reference)
        if properties["resourceRequirements"] == nil, let resources { properties["resourceRequirements"] = resources }
        let document: [String: JSONValue] = [
            "jobDefinitionName": .string(RunTickets.name(of: job.runID)), "type": .string("container"),
            "containerProperties": .object(properties),
            "platformCapabilities": .array([.string(notes.platform)]),
        ]
        return .object(document)
    }

    /// What differs between runs.
    private func overrides(_ notes: inout BatchRequest.Notes) throws(BackendError) -> [String: JSONValue] {
        var overrides: [String: JSONValue] = [:]
        let command = (job.entryPoint ?? template.strings("command") ?? []) + job.arguments
        if !command.isEmpty { overrides["command"] = .array(command.map { .string($0) }) }
        let given = (template.stringMap("env") ?? [:]).merging(job.environment) { $1 }
        var own = try job.launchVariables()
        let config = own.removeValue(forKey: Self.runConfig)
        if let config, !job.runConfig.isEmpty {
            notes.leavesConfigOut = config.utf8.count > Self.longestRunConfig
            own[Self.runConfig] = notes.leavesConfigOut ? nil : config
        }
        notes.reserved = given.keys.filter { $0.hasPrefix("AWS_BATCH") }.sorted()
        let all = given.merging(own) { $1 }
        overrides["environment"] = .array(
            all.sorted { $0.key < $1.key }.map { .object(["name": .string($0.key), "value": .string($0.value)]) })
        if let resources { overrides["resourceRequirements"] = resources }
        return overrides
    }

    private var resources: JSONValue? {
        guard let given = template.values["resources"]?.objectValue, !given.isEmpty else { return nil }
        return .array(
            given.sorted { $0.key < $1.key }.map { key, value in
                let text = value.stringValue ?? (try? JSON.canonical(value)) ?? ""
                return .object(["type": .string(key), "value": .string(text)])
            })
    }

    private var retryStrategy: JSONValue? {
        guard let attempts = template.integer("attempts") else { return nil }
        var strategy: [String: JSONValue] = ["attempts": .integer(attempts)]
        let names = ["on_exit_code": "onExitCode", "on_reason": "onReason", "on_status_reason": "onStatusReason"]
        let rules = (template.values["evaluate_on_exit"]?.arrayValue ?? []).map { rule -> JSONValue in
            let members = (rule.objectValue ?? [:]).map { (names[$0.key] ?? $0.key, $0.value) }
            return .object(Dictionary(members) { first, _ in first })
        }
        if !rules.isEmpty { strategy["evaluateOnExit"] = .array(rules) }
        return .object(strategy)
    }

    private var tags: [String: JSONValue] {
        var own = [
            BatchRequest.runTag: job.runID.rawValue, "launch:name": job.runName, "launch:project": job.project,
            "launch:submitter": job.author,
        ]
        own["launch:queue"] = job.queue
        return (template.stringMap("tags") ?? [:]).mapValues { .string($0) }
            .merging(own.mapValues { .string(TagText.clean($0)) }) { $1 }
    }
}
