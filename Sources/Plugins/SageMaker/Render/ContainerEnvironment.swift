internal import LaunchHost

/// `Environment`: the queue's, the submitter's on top, and what every container is told of its run.
struct ContainerEnvironment {
    /// The most characters of a value (`API_CreateTrainingJob`, TrainingEnvironmentValue).
    static let longest = 512
    /// Variables whose readers put them together again, so that they may always be split.
    private static let alwaysSplit: Set = [Self.runConfig, "WANDB_CONFIG", "WANDB_LAUNCH_FILE_OVERRIDES"]
    private static let runConfig = "LAUNCH_RUN_CONFIG"

    /// The member.
    let value: JSONValue

    init(_ template: JSONValue?, _ job: ResolvedJob, splits: Bool) throws(BackendError) {
        guard template == nil || template == .null || template?.objectValue != nil else {
            value = template ?? .null
            return
        }
        var all = (template?.objectValue ?? [:])
            .merging(job.environment.mapValues { .string($0) }) { $1 }
            .merging(try Self.own(job).mapValues { .string($0) }) { $1 }
        for (name, value) in all {
            guard let text = value.stringValue, text.unicodeScalars.count > Self.longest,
                splits || Self.alwaysSplit.contains(name)
            else { continue }
            all[name] = nil
            for (index, piece) in Self.pieces(of: text).enumerated() { all["\(name)_\(index)"] = .string(piece) }
        }
        value = .object(all)
    }

    /// What every container is told of its run; nothing overrides it.
    private static func own(_ job: ResolvedJob) throws(BackendError) -> [String: String] {
        var environment = [
            "LAUNCH_RUN_ID": job.runID.rawValue, "LAUNCH_RUN_NAME": job.runName, "LAUNCH_PROJECT": job.project,
        ]
        environment["LAUNCH_QUEUE"] = job.queue
        guard !job.runConfig.isEmpty else { return environment }
        do {
            environment[runConfig] = try JSON.canonical(JSONValue.object(job.runConfig))
        } catch {
            throw BackendError(.invalid, "The run's configuration cannot be written as JSON: \(error)")
        }
        return environment
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
