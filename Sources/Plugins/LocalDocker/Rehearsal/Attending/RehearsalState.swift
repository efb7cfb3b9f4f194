internal import LaunchHost

/// Where a job with surroundings stands, as it is written down at every step.
struct RehearsalState: Codable, Sendable {
    /// What is under way; whoever takes the job over goes on there.
    enum Stage: String, Codable, Sendable {
        /// Inputs are fetched, containers made and filled.
        case preparing
        /// All containers are ready; some may have been started.
        case starting
        /// All have been started.
        case running
        /// All have ended; results are being kept.
        case collecting
        /// It is over.
        case ended
    }

    /// A stop that somebody ordered.
    struct Stop: Codable, Sendable {
        /// Seconds between SIGTERM and SIGKILL; nil is the job's own.
        var graceSeconds: Int?

        func isMorePatient(than other: Stop) -> Bool {
            guard let limit = other.graceSeconds else { return false }
            return graceSeconds.map { limit < $0 } ?? true
        }
    }

    /// SIGTERM to the hosts of an attempt. It is sent once, whoever has the job by then.
    struct Signal: Codable, Sendable {
        var attempt: Int
        /// When it was sent, and when SIGKILL follows.
        var at: Timestamp
        var killAt: Timestamp
    }

    /// Where the hosts find credentials.
    struct Endpoint: Codable, Sendable {
        var address: String
        var subnet: String
        var port: UInt16
        /// Nobody can guess it, so that nobody else gets them.
        var path: String
    }

    var stage = Stage.preparing
    var endpoint: Endpoint?
    var attempt = 1
    var stop: Stop?
    /// Whether the stop found a host that ran.
    var didStop = false
    /// Whether a stop was ordered while results were being kept, which ended that; nil where not.
    var givesUpResults: Bool?
    /// Whether hosts were ended because nobody could fill their pipes any more; nil where not.
    var lostPipes: Bool?
    /// When the drill's interruption was ordered, and whether it found a host that ran.
    var drill: Timestamp?
    /// When the hosts of the first attempt were started, and those of this one.
    var startedAt: Timestamp?
    var attemptStartedAt: Timestamp?
    /// How long earlier attempts ran, in milliseconds.
    var earlierMilliseconds: Int64 = 0
    /// When the last host ended.
    var endedAt: Timestamp?
    var course = RehearsalCourse(phase: .starting)

    /// Notes that something else is done from now on.
    mutating func step(_ status: RehearsalCourse.Status, _ message: String, at now: Timestamp) {
        if let last = course.steps.indices.last {
            if course.steps[last].status == status {
                course.steps[last].message = message
                return
            }
            course.steps[last].endedAt = now
        }
        course.steps.append(RehearsalCourse.Step(status, message, startedAt: now))
    }

    mutating func note(_ sentence: String) {
        if !course.notes.contains(sentence) { course.notes.append(sentence) }
    }

    /// What the host is told.
    func observation(of runID: RunID, _ job: ContainerJob) -> Observation {
        let last = course.steps.last
        var seen = Observation(
            runID: runID, phase: phase, backendStatus: last?.status.rawValue ?? "",
            startedAt: startedAt?.date)
        // What it ends with is the cause; an interruption's word is for the record.
        if let last, stage != .ended, last.status != .interrupted, !last.message.isEmpty {
            seen.backendStatus += ": \(last.message)"
        }
        if stage == .ended {
            seen.cause = course.cause
            seen.endedAt = endedAt?.date
        } else if stage == .running, let limit = job.timeLimitSeconds, let start = attemptStartedAt {
            let left = Int64(limit).saturatingMultiplied(by: 1000).saturatingSubtracting(earlierMilliseconds)
            seen.deadline = Timestamp(milliseconds: start.milliseconds.saturatingAdding(left)).date
        }
        return seen
    }

    private var phase: Observation.Phase {
        if stage == .ended { return course.phase }
        if stop != nil { return .stopping }
        return startedAt == nil ? .starting : .running
    }
}
