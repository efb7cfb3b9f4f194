/// A life on the clock: the start time of each state. Times are seconds since 1970.
struct TrainingTimeline: Sendable {
    struct Phase: Sendable {
        let start: Double
        /// `TrainingJobStatus`.
        let status: String
        /// `SecondaryStatus`.
        let secondary: String
        let message: String
    }
    /// What may end a job before its life does.
    struct Limits: Sendable {
        var runtime: Double?
        var wait: Double?
    }

    /// In order of time, at least one.
    let phases: [Phase]
    let failureReason: String?
    /// The time of the first instance; nil if there is never one.
    let trainingStart: Double?
    let isFinite: Bool

    init(_ life: TrainingLife, created: Double, limits: Limits, stopped: Double?) {
        var phases: [Phase] = []
        var time = created
        for step in life.steps {
            phases.append(Phase(start: time, status: "InProgress", secondary: step.status, message: step.message))
            time += step.seconds
        }
        let began = phases.first { !Self.waiting.contains($0.secondary) }?.start
        var cuts: [(time: Double, secondary: String)] = []
        if let stopped { cuts.append((stopped, "Stopped")) }
        if life.honoursStoppingCondition {
            if let began, let limit = limits.runtime { cuts.append((began + limit, "MaxRuntimeExceeded")) }
            if let limit = limits.wait { cuts.append((created + limit, "MaxWaitTimeExceeded")) }
        }
        if life.end == .maxRuntimeExceeded { cuts.append((time, "MaxRuntimeExceeded")) }
        if life.end == .maxWaitTimeExceeded { cuts.append((time, "MaxWaitTimeExceeded")) }

        let end = Self.end(life.end)
        let cut = cuts.min { $0.time < $1.time }
        if let cut, cut.time < time || end == nil {
            phases = [phases[0]] + phases.dropFirst().filter { $0.start < cut.time }
            Self.stop(&phases, cut, isRunning: began.map { $0 < cut.time } ?? false, seconds: life.stopping)
            failureReason = nil
            isFinite = true
        } else {
            if let end { phases.append(Self.phase(time, end.status, end.status)) }
            failureReason = end?.reason
            isFinite = end != nil
        }
        self.phases = phases
        trainingStart = phases.first { $0.status == "InProgress" && !Self.waiting.contains($0.secondary) }?.start
    }

    /// The phase at a time.
    func index(at now: Double) -> Int { max(0, (phases.lastIndex { $0.start <= now } ?? 0)) }

    /// True if it has ended at that time.
    func hasEnded(at now: Double) -> Bool { isFinite && index(at: now) == phases.count - 1 }

    /// The seconds of work until a time, without the time of missing or interrupted instances.
    func worked(until now: Double) -> Double {
        guard let trainingStart else { return 0 }
        var sum = 0.0
        for (index, phase) in phases.enumerated() where phase.start >= trainingStart && phase.start < now {
            guard index < phases.count - 1 || !isFinite else { break }
            guard !Self.waiting.contains(phase.secondary), phase.secondary != "Interrupted" else { continue }
            sum += (index + 1 < phases.count ? min(phases[index + 1].start, now) : now) - phase.start
        }
        return sum
    }

    private static let waiting: Set = [
        "Starting", "Pending", "Restarting", "LaunchingMLInstances", "PreparingTrainingStack",
    ]

    private static func stop(
        _ phases: inout [Phase], _ cut: (time: Double, secondary: String), isRunning: Bool, seconds: Double
    ) {
        phases.append(phase(cut.time, "Stopping", "Stopping"))
        // A stopped job also uploads its results.
        if isRunning { phases.append(phase(cut.time + seconds / 2, "Stopping", "Uploading")) }
        phases.append(phase(cut.time + seconds, "Stopped", cut.secondary))
    }

    private static func phase(_ start: Double, _ status: String, _ secondary: String) -> Phase {
        Phase(
            start: start, status: status, secondary: secondary,
            message: TrainingLife.Step.messages[secondary] ?? secondary)
    }

    private static func end(_ end: TrainingLife.End) -> (status: String, reason: String?)? {
        switch end {
        case .completed: ("Completed", nil)
        case .failed(let reason): ("Failed", String(reason.prefix(1024)))
        case .maxRuntimeExceeded, .maxWaitTimeExceeded, .never: nil
        }
    }
}
