internal import LaunchPluginKit

/// `Environment`: the queue's variables, the submitter's, which take precedence, and the variables that describe the
/// run.
struct ContainerEnvironment {
    /// The largest number of characters of a value (`API_CreateTrainingJob`, TrainingEnvironmentValue).
    static let longest = 512
    /// The largest number of variables (TrainingEnvironmentMap).
    static let most = 100
    /// Variables whose readers join the pieces, so that they may always be split.
    private static let alwaysSplit: Set = [Self.runConfig, "WANDB_CONFIG", "WANDB_LAUNCH_FILE_OVERRIDES"]
    /// The run's configuration as JSON.
    static let runConfig = "LAUNCH_RUN_CONFIG"

    /// The value of `Environment` in the request.
    let value: JSONValue
    /// The number of variables for the copy of the run's configuration, if the limit leaves no room for it. The copy is
    /// a convenience, because `HyperParameters` contain the same, so it never makes a request too large.
    private(set) var piecesLeftOut: Int?

    init(_ template: JSONValue?, _ job: ResolvedJob, splits: Bool) throws(BackendError) {
        guard template == nil || template == .null || template?.objectValue != nil else {
            value = template ?? .null
            return
        }
        // The variables that describe the run; nothing overrides them.
        var own = try job.launchVariables()
        let config = own.removeValue(forKey: Self.runConfig)
        let copy = job.runConfig.isEmpty ? nil : config
        var all = (template?.objectValue ?? [:])
            .merging(job.environment.mapValues { .string($0) }) { $1 }
            .merging(own.mapValues { .string($0) }) { $1 }
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

    /// The variable, or several if the value is too long.
    private static func variables(_ name: String, _ text: String) -> [String: JSONValue] {
        guard text.unicodeScalars.count > longest else { return [name: .string(text)] }
        return Dictionary(uniqueKeysWithValues: pieces(of: text).enumerated().map { ("\(name)_\($0)", .string($1)) })
    }

    /// The pieces of a long value: `NAME_0`, `NAME_1` and so on. Readers join them without a separator.
    static func pieces(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return stride(from: 0, to: scalars.count, by: longest).map { start in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars[start..<min(start + longest, scalars.count)])
            return String(piece)
        }
    }
}
