internal import LaunchHost

/// `Environment`: the queue's, the submitter's on top, and what every container is told of its run.
struct ContainerEnvironment {
    /// The most characters of a value (`API_CreateTrainingJob`, TrainingEnvironmentValue).
    static let longest = 512
    /// The most variables (TrainingEnvironmentMap).
    static let most = 100
    /// Variables whose readers put them together again, so that they may always be split.
    private static let alwaysSplit: Set = [Self.runConfig, "WANDB_CONFIG", "WANDB_LAUNCH_FILE_OVERRIDES"]
    /// The run's configuration as JSON.
    static let runConfig = "LAUNCH_RUN_CONFIG"

    /// The member.
    let value: JSONValue
    /// How many variables the copy of the run's configuration would be, where it is left out for want of room. It is for
    /// convenience, as `HyperParameters` hold the same: it never makes a request too large.
    private(set) var piecesLeftOut: Int?

    init(_ template: JSONValue?, _ job: ResolvedJob, splits: Bool) throws(BackendError) {
        guard template == nil || template == .null || template?.objectValue != nil else {
            value = template ?? .null
            return
        }
        var all = (template?.objectValue ?? [:])
            .merging(job.environment.mapValues { .string($0) }) { $1 }
            .merging(Self.own(job).mapValues { .string($0) }) { $1 }
        let copy = try Self.copy(of: job)
        if copy != nil { all[Self.runConfig] = nil }
        for (name, value) in all {
            guard let text = value.stringValue, splits || Self.alwaysSplit.contains(name) else { continue }
            all[name] = nil
            all.merge(Self.variables(name, text)) { $1 }
        }
        if let copy {
            let more = Self.variables(Self.runConfig, copy)
            let merged = all.merging(more) { $1 }
            if merged.count <= Self.most { all = merged } else { piecesLeftOut = more.count }
        }
        value = .object(all)
    }

    /// What every container is told of its run; nothing overrides it.
    private static func own(_ job: ResolvedJob) -> [String: String] {
        var environment = [
            "LAUNCH_RUN_ID": job.runID.rawValue, "LAUNCH_RUN_NAME": job.runName, "LAUNCH_PROJECT": job.project,
        ]
        environment["LAUNCH_QUEUE"] = job.queue
        return environment
    }

    private static func copy(of job: ResolvedJob) throws(BackendError) -> String? {
        guard !job.runConfig.isEmpty else { return nil }
        do {
            return try job.runConfigJSON()
        } catch {
            throw BackendError(.invalid, "The run's configuration cannot be written as JSON: \(error)")
        }
    }

    /// The variable, or as many as a long value needs.
    private static func variables(_ name: String, _ text: String) -> [String: JSONValue] {
        guard text.unicodeScalars.count > longest else { return [name: .string(text)] }
        return Dictionary(uniqueKeysWithValues: pieces(of: text).enumerated().map { ("\(name)_\($0)", .string($1)) })
    }

    /// The pieces of a long value: `NAME_0`, `NAME_1` and so on, to be joined without anything between them.
    static func pieces(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return stride(from: 0, to: scalars.count, by: longest).map { start in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars[start..<min(start + longest, scalars.count)])
            return String(piece)
        }
    }
}
