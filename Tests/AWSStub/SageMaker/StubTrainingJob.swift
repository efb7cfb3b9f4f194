public import Foundation
public import LaunchHost

/// A training job of the stub, with its request.
public struct StubTrainingJob: Sendable {
    /// The state of a job at a time.
    public struct Moment: Sendable, Hashable {
        /// `TrainingJobStatus`.
        public let status: String
        /// `SecondaryStatus`.
        public let secondaryStatus: String
        /// `FailureReason`, after a failure.
        public let failureReason: String?
        /// The start of this state.
        public let since: Date
    }

    /// `TrainingJobName`.
    public let name: String
    public let region: String
    /// `TrainingJobArn`.
    public let arn: String
    /// The number among all jobs of the stub, from 1, in order of creation.
    public let number: Int
    /// The time of its creation.
    public let created: Date
    /// The body of the request, unchanged.
    public let body: [UInt8]
    /// The present tags.
    public internal(set) var tags: [String: String]
    /// True if it was deleted later.
    public internal(set) var isDeleted = false
    /// The time of the first stop.
    public internal(set) var stopped: Date?

    let instances: [(type: String, count: Int)]
    let isSpot: Bool
    let keepAlive: Double
    let life: TrainingLife
    let limits: TrainingTimeline.Limits
    var timeline: TrainingTimeline
    /// The selected entry of `InstancePreferences`.
    let selected: (type: String, count: Int)?

    /// The request.
    public var request: JSONValue { (try? JSONValue(parsing: String(decoding: body, as: UTF8.self))) ?? .null }

    /// The state at a time.
    public func moment(at time: Date) -> Moment { moment(timeline.index(at: time.timeIntervalSince1970)) }

    /// The expected or actual end; nil if the job runs until it is stopped.
    public var end: Moment? { timeline.isFinite ? moment(timeline.phases.count - 1) : nil }

    private func moment(_ index: Int) -> Moment {
        let phase = timeline.phases[index]
        let isLast = timeline.isFinite && index == timeline.phases.count - 1
        return Moment(
            status: phase.status, secondaryStatus: phase.secondary,
            failureReason: isLast ? timeline.failureReason : nil, since: Date(timeIntervalSince1970: phase.start))
    }

    /// Stops the job at a time before its end.
    mutating func stop(at time: Double) {
        guard stopped == nil else { return }
        stopped = Date(timeIntervalSince1970: time)
        timeline = TrainingTimeline(life, created: created.timeIntervalSince1970, limits: limits, stopped: time)
    }

    /// The state of its warm pool, if it requested one.
    func warmPool(at now: Double) -> (status: String, seconds: Int)? {
        guard keepAlive > 0, let trainingStart = timeline.trainingStart, trainingStart <= now else { return nil }
        guard timeline.hasEnded(at: now), let end = timeline.phases.last?.start else { return ("InUse", 0) }
        return now < end + keepAlive ? ("Available", Int(now - end)) : ("Terminated", Int(keepAlive))
    }
}
