internal import FoundationEssentials
internal import LaunchAWS
public import LaunchPluginKit
internal import Synchronization

/// The log of a job: attempt after attempt, and of an array child after child. Each attempt writes a stream of its own.
///
/// A part of the log has the ID `<child>.<attempt>`, both from 1.
struct JobLogs: Sendable {
    /// The log group of jobs whose definition names none.
    static let defaultGroup = "/aws/batch/job"

    let service: BatchService
    let handle: JobHandle
    /// The stream that is being read, and its child of an array. Parts are read one after the other.
    private let current = Current()

    private final class Current: Sendable {
        let child = Mutex<(stream: String, number: Int)?>(nil)
    }

    init(service: BatchService, handle: JobHandle) {
        (self.service, self.handle) = (service, handle)
    }

    /// The child of an array that writes a stream, by its index from 0; nil for any other job.
    func host(of stream: String) -> String? {
        current.child.withLock { $0.flatMap { $0.stream == stream ? "\($0.number - 1)" : nil } }
    }

    /// The child and the attempt of a part.
    struct Place: Sendable, Hashable, Comparable {
        var child = 1
        var attempt = 1

        init(child: Int = 1, attempt: Int = 1) {
            (self.child, self.attempt) = (child, attempt)
        }

        init?(_ id: String) {
            let numbers = id.split(separator: ".", omittingEmptySubsequences: false).compactMap { Int($0) }
            guard numbers.count == 2, numbers.allSatisfy({ (1...1_000_000).contains($0) }) else { return nil }
            self.init(child: numbers[0], attempt: numbers[1])
        }

        var id: String { "\(child).\(attempt)" }

        static func < (one: Place, other: Place) -> Bool { (one.child, one.attempt) < (other.child, other.attempt) }
    }

    /// What comes from a place on, in the attempts of one child: the next attempt with a stream, a wait, or the next
    /// child. Pure.
    static func next(from place: Place, in job: BatchJob, children: Int) -> Step {
        for number in place.attempt..<max(place.attempt, job.attempts.count + 1) {
            guard let stream = job.attempts[number - 1].stream else { continue }
            let found = Place(child: place.child, attempt: number)
            return .part(
                CloudWatchLog.Part(
                    id: found.id, .names([stream]),
                    since: job.attempts[number - 1].startedAt ?? job.createdAt))
        }
        guard job.hasEnded else { return .notYet }
        return place.child < children ? .child(place.child + 1) : .none
    }

    enum Step: Sendable, Hashable {
        case part(CloudWatchLog.Part)
        case notYet
        case child(Int)
        case none
    }

    func part(_ position: CloudWatchLog.Position) async throws(AWSError) -> CloudWatchLog.Next {
        var place: Place
        switch position {
        case .first: place = Place()
        case .at(let id), .after(let id):
            guard let found = Place(id) else {
                throw AWSError(
                    .invalid, "The cursor belongs to another log.", hint: "Read the log from its beginning.")
            }
            place = found
            if case .after = position { place.attempt += 1 }
        }
        guard let job = try await service.describe(handle.id, region: handle.region) else { return .none }
        let children = job.arraySize ?? 1
        while true {
            guard let child = job.arraySize == nil ? job : try await self.child(place.child) else { return .notYet }
            switch Self.next(from: place, in: child, children: children) {
            case .part(let part):
                if job.arraySize != nil, case .names(let names) = part.streams, let stream = names.first {
                    current.child.withLock { $0 = (stream, place.child) }
                }
                return .part(part)
            case .notYet: return .notYet
            case .none: return .none
            case .child(let number): place = Place(child: number)
            }
        }
    }

    /// When the attempt of a part ended; nil while it runs.
    func ended(_ part: CloudWatchLog.Part) async throws(AWSError) -> Date? {
        guard let place = Place(part.id), let job = try await service.describe(handle.id, region: handle.region),
            let child = job.arraySize == nil ? job : try await self.child(place.child)
        else {
            // Batch has forgotten the job.
            return service.clock.now()
        }
        guard place.attempt <= child.attempts.count else { return child.hasEnded ? service.clock.now() : nil }
        if let end = child.attempts[place.attempt - 1].stoppedAt { return end }
        return child.hasEnded || place.attempt < child.attempts.count ? child.stoppedAt ?? service.clock.now() : nil
    }

    /// The IDs of children follow from the parent's (User Guide, "Array jobs").
    private func child(_ number: Int) async throws(AWSError) -> BatchJob? {
        try await service.describe("\(handle.id):\(number - 1)", region: handle.region)
    }
}

extension BatchRunner {
    /// The log in CloudWatch, of all attempts.
    public func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream.cloudWatch(from: cursor, follow: follow, explain: { BatchError.explained($0) }) {
            () async throws(BackendError) in try await log(of: handle)
        }
    }

    private func log(of handle: RunHandle) async throws(BackendError) -> CloudWatchLog {
        let handle = try JobHandle(handle)
        let logs = JobLogs(service: service, handle: handle)
        return try await explained { () async throws(AWSError) in
            let job = try await service.describe(handle.id, region: handle.region)
            // The log of another driver is not in CloudWatch.
            let isReadable = job?.logDriver == "awslogs"
            var log = CloudWatchLog(
                client: try await service.logs(job?.logRegion ?? handle.region), group: job?.logGroup ?? logGroup,
                subject: "the job \(handle.name)", account: job?.arn.flatMap { ARN($0)?.account },
                clock: service.clock,
                part: { position throws(AWSError) in isReadable ? try await logs.part(position) : .none },
                ended: { part throws(AWSError) in try await logs.ended(part) })
            log.host = { logs.host(of: $0) }
            return log
        }
    }
}
