internal import LaunchPluginKit

/// The state of a rehearsal. It is stored at every step.
struct RehearsalState: Codable, Sendable, Equatable {
    /// The current stage. A process that takes the job over continues here.
    enum Stage: String, Codable, Sendable {
        /// Fetching inputs, creating containers and copying files into them.
        case preparing
        /// All containers are ready; some may have been started.
        case starting
        /// All have been started.
        case running
        /// All have ended; results are being kept.
        case collecting
        case ended
    }

    /// A requested stop.
    struct Stop: Codable, Sendable, Equatable {
        /// Seconds between SIGTERM and SIGKILL; nil uses the job's own.
        var graceSeconds: Int?

        func isMorePatient(than other: Stop) -> Bool {
            guard let limit = other.graceSeconds else { return false }
            return graceSeconds.map { limit < $0 } ?? true
        }
    }

    /// SIGTERM to the hosts of an attempt. It is sent once, also across owners of the job.
    struct Signal: Codable, Sendable, Equatable {
        var attempt: Int
        /// The time of SIGTERM, and the time of the following SIGKILL.
        var at: Timestamp
        var killAt: Timestamp
    }

    /// The endpoint where the hosts get credentials.
    struct Endpoint: Codable, Sendable, Equatable {
        var address: String
        var subnet: String
        var port: UInt16
        /// The path is unguessable, so other programs cannot get the credentials.
        var path: String
    }

    var stage = Stage.preparing
    var endpoint: Endpoint?
    var attempt = 1
    var stop: Stop?
    /// True if the stop found a running host.
    var didStop = false
    /// True if a stop was requested while results were being kept, and ended that; nil otherwise.
    var givesUpResults: Bool?
    /// True if hosts were killed because their pipes could no longer be filled; nil otherwise.
    var lostPipes: Bool?
    /// When the drill interrupted the hosts.
    var drill: Timestamp?
    /// When the hosts of the first attempt were started, and those of the current attempt.
    var startedAt: Timestamp?
    var attemptStartedAt: Timestamp?
    /// The duration of earlier attempts, in milliseconds.
    var earlierMilliseconds: Int64 = 0
    var endedAt: Timestamp?
    var timeline = RehearsalTimeline(phase: .starting)

    /// The names of the stored members. An old name stays, so that stored states can be read.
    private enum CodingKeys: String, CodingKey {
        case stage, endpoint, attempt, stop, didStop, givesUpResults, lostPipes, drill, startedAt, attemptStartedAt
        case earlierMilliseconds, endedAt
        case timeline = "course"
    }

    /// Records the begin of a status, or a new message of the current one.
    mutating func step(_ status: RehearsalTimeline.Status, _ message: String, at now: Timestamp) {
        if let last = timeline.steps.indices.last {
            if timeline.steps[last].status == status {
                timeline.steps[last].message = message
                return
            }
            timeline.steps[last].endedAt = now
        }
        timeline.steps.append(RehearsalTimeline.Step(status, message, startedAt: now))
    }

    mutating func note(_ sentence: String) {
        if !timeline.notes.contains(sentence) { timeline.notes.append(sentence) }
    }

    /// The state as an observation for the host.
    func observation(of runID: RunID, _ job: ContainerJob) -> Observation {
        let last = timeline.steps.last
        var seen = Observation(
            runID: runID, phase: phase, backendStatus: last?.status.rawValue ?? "",
            startedAt: startedAt?.date)
        // After the end, the cause has the message. The message of an interruption is only for the record.
        if let last, stage != .ended, last.status != .interrupted, !last.message.isEmpty {
            seen.backendStatus += ": \(last.message)"
        }
        if stage == .ended {
            seen.cause = timeline.cause
            seen.endedAt = endedAt?.date
        } else if stage == .running, let limit = job.timeLimitSeconds, let start = attemptStartedAt {
            let left = Int64(limit).saturatingMultiplied(by: 1000).saturatingSubtracting(earlierMilliseconds)
            seen.deadline = Timestamp(milliseconds: start.milliseconds.saturatingAdding(left)).date
        }
        return seen
    }

    private var phase: Observation.Phase {
        if stage == .ended { return timeline.phase }
        if stop != nil { return .stopping }
        return startedAt == nil ? .starting : .running
    }
}
