public import Foundation
public import LaunchHost

/// A training job of the stub, with the request that made it.
public struct StubTrainingJob: Sendable {
    /// What is so of a job at a time.
    public struct Moment: Sendable, Hashable {
        /// `TrainingJobStatus`.
        public let status: String
        /// `SecondaryStatus`.
        public let secondaryStatus: String
        /// `FailureReason`, once it has failed.
        public let failureReason: String?
        /// Since when.
        public let since: Date
    }

    /// `TrainingJobName`.
    public let name: String
    /// The region.
    public let region: String
    /// `TrainingJobArn`.
    public let arn: String
    /// Which of all jobs of the stub it is, from 1 in order of creation.
    public let number: Int
    /// When it was made.
    public let created: Date
    /// The body of the request as it came.
    public let body: [UInt8]
    /// Its tags now.
    public internal(set) var tags: [String: String]
    /// Whether it was deleted since.
    public internal(set) var isDeleted = false
    /// When it was first told to stop.
    public internal(set) var stopped: Date?

    let instances: [(type: String, count: Int)]
    let isSpot: Bool
    let keepAlive: Double
    let life: TrainingLife
    let limits: TrainingTimeline.Limits
    var timeline: TrainingTimeline
    /// What `InstancePreferences` came to.
    let selected: (type: String, count: Int)?

    /// The request.
    public var request: JSONValue { (try? JSONValue(parsing: String(decoding: body, as: UTF8.self))) ?? .null }

    /// What is so at a time.
    public func moment(at time: Date) -> Moment { moment(timeline.index(at: time.timeIntervalSince1970)) }

    /// How it ends, or has ended, as things stand; nil where it goes on until somebody stops it.
    public var end: Moment? { timeline.isFinite ? moment(timeline.phases.count - 1) : nil }

    private func moment(_ index: Int) -> Moment {
        let phase = timeline.phases[index]
        let isLast = timeline.isFinite && index == timeline.phases.count - 1
        return Moment(
            status: phase.status, secondaryStatus: phase.secondary,
            failureReason: isLast ? timeline.failureReason : nil, since: Date(timeIntervalSince1970: phase.start))
    }

    /// Ends it at a time that it has not ended by.
    mutating func stop(at time: Double) {
        guard stopped == nil else { return }
        stopped = Date(timeIntervalSince1970: time)
        timeline = TrainingTimeline(life, created: created.timeIntervalSince1970, limits: limits, stopped: time)
    }

    /// The state of its warm pool, where it asked for one.
    func warmPool(at now: Double) -> (status: String, seconds: Int)? {
        guard keepAlive > 0, let trainingStart = timeline.trainingStart, trainingStart <= now else { return nil }
        guard timeline.hasEnded(at: now), let end = timeline.phases.last?.start else { return ("InUse", 0) }
        return now < end + keepAlive ? ("Available", Int(now - end)) : ("Terminated", Int(keepAlive))
    }
}
