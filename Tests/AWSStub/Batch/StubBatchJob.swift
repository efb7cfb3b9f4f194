public import Foundation
public import LaunchHost

/// A job of the stub. Its state follows from its life and the clock.
public struct StubBatchJob: Sendable {
    public let id: String
    public let name: String
    public let queue: String
    /// The input of `SubmitJob`.
    public let request: JSONValue
    /// The image of its definition, and the definition's name with its revision.
    public let image: String, definition: String
    public let created: Date
    let arraySize: Int?
    let index: Int?
    let life: BatchLife
    let mostAttempts: Int
    var terminated: (at: Date, reason: String)?

    /// An attempt at a moment.
    struct Started {
        let number: Int
        let begin: Date
        let end: Date?
        let attempt: BatchLife.Attempt
        let isKilled: Bool
    }

    /// The state at a moment.
    struct Moment {
        var status: String
        var reason: String?
        var attempts: [Started] = []
        var ended: Date?
    }

    func stream(_ number: Int) -> String { "\(definition.split(separator: ":")[0])/default/\(id)-\(number)" }

    func moment(at now: Date) -> Moment {
        var moment = Moment(status: "SUBMITTED")
        var time = created
        for number in 1...mostAttempts {
            let begin = time.addingTimeInterval(life.waiting)
            let stop = terminated.map { max($0.at, time) }
            if let stop, stop < begin, stop <= now {
                return Moment(
                    status: "FAILED", reason: terminated?.reason, attempts: moment.attempts, ended: stop)
            }
            guard begin <= now else {
                moment.status = now < time.addingTimeInterval(life.waiting / 2) ? "RUNNABLE" : "STARTING"
                return moment
            }
            let attempt = life.attempts[min(number, life.attempts.count) - 1]
            let natural = attempt.seconds.map { begin.addingTimeInterval($0) } ?? .distantFuture
            let killed = terminated.map { max($0.at, begin).addingTimeInterval(life.stopping) } ?? .distantFuture
            let end = min(natural, killed)
            let isKilled = killed < natural
            let started = Started(
                number: number, begin: begin, end: end <= now ? end : nil, attempt: attempt, isKilled: isKilled)
            moment.attempts.append(started)
            guard end <= now else {
                moment.status = "RUNNING"
                return moment
            }
            if isKilled {
                return Moment(status: "FAILED", reason: terminated?.reason, attempts: moment.attempts, ended: end)
            }
            if attempt.exitCode == 0 || number == mostAttempts {
                return Moment(
                    status: attempt.exitCode == 0 ? "SUCCEEDED" : "FAILED", reason: attempt.statusReason,
                    attempts: moment.attempts, ended: end)
            }
            time = end
        }
        return moment
    }
}
