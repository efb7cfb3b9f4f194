internal import LaunchPluginKit

extension Rule {
    /// Time limits.
    static let stopping = [
        Rule("max-runtime", source: Source.api("StoppingCondition, MaxRuntimeInSeconds")) { request in
            guard let seconds = request.stopping?["MaxRuntimeInSeconds"]?.integerValue, seconds > mostRuntime else {
                return []
            }
            let (found, most) = (shownSeconds(seconds), shownSeconds(mostRuntime))
            return [.error(maxRuntimePath, "\(found) is out of range: at most \(most)")]
        },
        Rule("max-wait-needs-spot", source: Source.github("Kenza-AI/sagify/issues/111")) { request in
            // With a RetryStrategy the time limits all attempts; the service's reaction is unknown.
            let spot = request.document["EnableManagedSpotTraining"]
            return .when(
                (spot == nil || spot == .bool(false)) && request.stopping?["MaxWaitTimeInSeconds"] != nil
                    && request.document["RetryStrategy"] == nil,
                .error(
                    maxWaitPath, "it is for spot training only, and EnableManagedSpotTraining is not true",
                    hint: "Set EnableManagedSpotTraining to true, or leave the key out."))
        },
    ]

    /// Managed spot training.
    static let spot = [
        Rule("spot-max-wait", source: Source.guide("model-managed-spot-training")) { request in
            guard request.isSpot, let stopping = request.stopping, stopping.objectValue != nil else { return [] }
            guard let given = stopping["MaxWaitTimeInSeconds"] else {
                return [
                    .error(
                        maxWaitPath, "it is missing, and spot training needs it",
                        hint: "Give the time for waiting and running together, at least MaxRuntimeInSeconds.")
                ]
            }
            guard let wait = given.integerValue, wait >= 1 else { return [] }
            let wanted = "waiting and running together cannot be shorter than running"
            if let runtime = stopping["MaxRuntimeInSeconds"] {
                guard let seconds = runtime.integerValue, wait < seconds else { return [] }
                return [
                    .error(
                        maxWaitPath,
                        "\(shownSeconds(wait)) is less than MaxRuntimeInSeconds, \(shownSeconds(seconds)): \(wanted)")
                ]
            }
            return .when(
                wait < defaultRuntime,
                .warning(
                    maxWaitPath,
                    "\(shownSeconds(wait)) is less than the default of MaxRuntimeInSeconds, \(shownSeconds(defaultRuntime)): \(wanted)"
                ))
        },
        Rule("spot-checkpoint", source: Source.guide("model-checkpoints")) { request in
            .when(
                request.isSpot && request.document["CheckpointConfig"] == nil,
                .warning(
                    "CheckpointConfig", "it is missing, so a spot interruption starts the training over",
                    hint: "Give an S3Uri, and let the training write checkpoints to /opt/ml/checkpoints."))
        },
        Rule("spot-algorithm-wait", source: Source.guide("model-managed-spot-training")) { request in
            guard request.isSpot, request.document["CheckpointConfig"] == nil,
                request.algorithm?["AlgorithmName"] != nil,
                let wait = request.stopping?["MaxWaitTimeInSeconds"]?.integerValue
            else { return [] }
            return .when(
                wait > 3600,
                .warning(
                    maxWaitPath,
                    "\(shownSeconds(wait)) is more than the \(shownSeconds(3600)) that algorithms without checkpoints may take"
                ))
        },
    ]

    /// Warm pools: instances that are kept for the next job.
    static let warmPools = [
        Rule("warm-pool", source: Source.guide("train-warm-pools")) { request in
            guard let seconds = request.resources?["KeepAlivePeriodInSeconds"]?.integerValue, seconds > 0 else {
                return []
            }
            let path = "ResourceConfig.KeepAlivePeriodInSeconds"
            var problems: [Problem] = []
            if request.isSpot { problems.append(.error(path, "a warm pool cannot have spot instances")) }
            if !request.groups.isEmpty { problems.append(.error(path, "a warm pool cannot have instance groups")) }
            if problems.isEmpty, (3601...21_600).contains(seconds) {
                problems.append(
                    .warning(
                        path, "\(shownSeconds(seconds)) is more than the \(shownSeconds(3600)) that the guide allows"))
            }
            return problems
        }
    ]

    private static let mostRuntime: Int64 = 28 * 86_400
    private static let defaultRuntime: Int64 = 86_400
    private static let maxRuntimePath = "StoppingCondition.MaxRuntimeInSeconds"
    private static let maxWaitPath = "StoppingCondition.MaxWaitTimeInSeconds"

    private static func shownSeconds(_ seconds: Int64) -> String {
        Shown.amount(seconds, of: "InSeconds")
    }
}
