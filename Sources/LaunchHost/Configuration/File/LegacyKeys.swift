/// Keys and types of a W&B `launch-config.yaml` that this program does not have, and their replacements.
enum LegacyKeys {
    /// The advice on a key; `hints` are those of the plugins that it concerns.
    static func key(_ key: String, role: Role?, hints: [String]) -> SchemaDecoder.KeyAdvice? {
        let advice: String? =
            switch (role, key) {
            case (nil, "queue"): "write queues: [NAME]"
            case (nil, "max_schedulers"): "remove it: launch has no sweep schedulers; max_jobs limits all jobs"
            case (nil, "secure_mode"):
                "remove it: a queue's allow_overrides says what a submitter may change; without that key, everything but what "
                    + "the kind of backend protects, such as the role"
            case (nil, "stopped_run_timeout"):
                "remove it: " + (hints.isEmpty ? "each runner has its own grace period" : hints.joined(separator: "; "))
            case (nil, "verbosity"): "remove it, and start the agent with -v to see more"
            case (nil, "base_url"), (nil, "api_key"): "remove it: this program does not use a W&B server"
            case (nil, "project"): "remove it: a job names its project when it is submitted, with -p"
            case (nil, "poll_interval"): "remove it: jobs are taken as soon as they are submitted"
            case (.registry, "account_id"), (.registry, "repo_name"), (.registry, "repository"),
                (.registry, "region"):
                "write the whole address as uri: HOST/REPOSITORY"
            case (.registry, "image-name"), (.registry, "image_name"):
                "write the whole address as uri: HOST/REPOSITORY"
            default: hints.first
            }
        return advice.map {
            SchemaDecoder.KeyAdvice(message: "the key \(Wording.quoted(key)) of W&B Launch is not supported", hint: $0)
        }
    }

    /// The end of the message "unknown builder type …; " for a type; nil for a type that W&B does not have, or that
    /// this program has.
    static func type(_ type: String, role: Role, known: [String]) -> String? {
        let types = known.map { "\"\($0)\"" }
        switch (role, type) {
        case (.builder, "kaniko"):
            return "W&B's kaniko is not supported: use \(Wording.either(types))"
        case (.environment, "gcp"), (.environment, "azure"):
            return "this cloud is not supported: use \(Wording.either(types))"
        case (.registry, "gcr"), (.registry, "acr"):
            return "W&B's registry is not supported: use \(Wording.either(types))"
        case (.runner, "local-container"), (.runner, "docker"), (.runner, "local-process"), (.runner, "kubernetes"),
            (.runner, "vertex"), (.runner, "gcp-vertex"):
            return "W&B's runner is not supported: use \(Wording.either(types))"
        default: return nil
        }
    }
}
