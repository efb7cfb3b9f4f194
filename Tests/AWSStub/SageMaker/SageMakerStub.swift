public import Foundation
public import LaunchHost
import Synchronization
public import TestSupport

/// SageMaker's training jobs over time: created, observed, stopped. The stub does nothing between calls: a job's
/// state follows from its life and the clock, so ten thousand jobs cost nothing.
public final class SageMakerStub: StubService {
    /// Selects a life for the n-th job, from 1, by its request. Must not call the stub.
    public typealias Choice = @Sendable (_ request: JSONValue, _ number: Int) -> TrainingLife
    /// Returns why a call is refused, by its operation and input; nil accepts it. Must not call the stub.
    public typealias Refusal = @Sendable (_ operation: String, _ input: JSONValue) -> StubError?

    struct State {
        /// All jobs ever created; the index is the number minus one.
        var jobs: [StubTrainingJob] = []
        /// The indices of existing jobs, by region and name.
        var places: [String: Int] = [:]
        /// The indices of jobs that may be running, by quota.
        var alive: [String: [Int]] = [:]
        var asked: [String: Int] = [:]
        var quotas: [String: Int] = [:]
        var scarce: Set<String> = []
        var scarceAfter = 60.0
        var choice: Choice = { _, _ in .usual() }
        var refusal: Refusal?
        var listLag = 0.0
        var tellsSecondary = true
    }
    let state = Mutex(State())
    let accountID: String
    let time: StubClock

    init(accountID: String, clock: StubClock) {
        self.accountID = accountID
        time = clock
    }

    /// The clock of the jobs. Signature times use another clock.
    public var clock: StubClock? { time }
    /// Advances the clock by the given number of seconds.
    public func advance(by seconds: TimeInterval) { time.advance(by: seconds) }
    /// Stops the clock until it is moved, at `time` or the present time.
    public func hold(at time: Date? = nil) { self.time.hold(at: time) }

    /// Selects the lives of later jobs.
    public func lives(_ choice: @escaping Choice) { state.withLock { $0.choice = choice } }
    /// Gives all later jobs the same life.
    public func lives(_ life: TrainingLife) { lives { _, _ in life } }

    /// Limits the instances of a type that jobs use at once; nil is unlimited.
    public func quota(_ type: String, _ instances: Int?, spot: Bool = false) {
        state.withLock { $0.quotas[Self.quotaName(type, isSpot: spot)] = instances }
    }

    /// Later jobs that can only use these types fail after the given number of seconds.
    public func withoutCapacity(_ types: Set<String>, after seconds: Double = 60) {
        state.withLock { state in
            state.scarce = types
            state.scarceAfter = seconds
        }
    }

    /// Refuses calls, like a policy or a rule of the service; nil accepts all calls again.
    public func refuse(_ refusal: Refusal?) { state.withLock { $0.refusal = refusal } }
    /// The delay before a new job appears in lists, in seconds; 0 initially.
    public var listLag: Double {
        get { state.withLock(\.listLag) }
        set { state.withLock { $0.listLag = newValue } }
    }
    /// True if summaries in lists have a `SecondaryStatus`.
    public var summariesTellSecondaryStatus: Bool {
        get { state.withLock(\.tellsSecondary) }
        set { state.withLock { $0.tellsSecondary = newValue } }
    }

    /// All jobs ever created, in order, including deleted ones.
    public var jobs: [StubTrainingJob] { state.withLock(\.jobs) }
    /// The job with a name.
    public func job(_ name: String, region: String = "us-east-1") -> StubTrainingJob? {
        state.withLock { state in state.places["\(region) \(name)"].map { state.jobs[$0] } }
    }
    /// The present state of a job.
    public func moment(of name: String, region: String = "us-east-1") -> StubTrainingJob.Moment? {
        job(name, region: region)?.moment(at: time.now)
    }
    /// The number of jobs created with a name. More than one requires a deletion.
    public func creates(of name: String) -> Int { state.withLock { $0.jobs.count { $0.name == name } } }
    /// The number of create calls for a name that reached the service, including refused ones.
    public func requests(for name: String) -> Int { state.withLock { $0.asked[name] ?? 0 } }

    /// The name in scripts.
    public var name: String { "sagemaker" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the header `X-Amz-Target`.
    public func operation(of request: StubRequest) -> String? {
        guard let target = request.raw.header("X-Amz-Target"), target.hasPrefix("SageMaker.") else { return nil }
        return String(target.dropFirst("SageMaker.".count))
    }
    /// Replies in JSON. Errors of the service's model have a `Message` with a capital letter.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        let isModelled = error.code.hasPrefix("Resource")
        let document = JSONValue.object([
            "__type": .string(error.code), isModelled ? "Message" : "message": .string(error.message),
        ])
        return StubText.json((try? JSON.canonical(document)) ?? "{}", status: error.status, headers: error.headers)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard let input = try? JSONValue(parsing: request.raw.text), input.objectValue != nil else {
            throw StubError("SerializationException", "The body is not a JSON object.")
        }
        if let refusal = state.withLock(\.refusal), let error = refusal(operation, input) { throw error }
        let region = request.signer?.region ?? "us-east-1"
        switch operation {
        case "CreateTrainingJob": return Self.json(try create(input, request.raw.body, region))
        case "DescribeTrainingJob": return Self.json(try describe(input, region))
        case "ListTrainingJobs": return StubText.json(try list(ListQuery(input), region))
        case "StopTrainingJob": try stop(input, region)
        case "DeleteTrainingJob": try delete(input, region)
        case "AddTags": return Self.json(try addTags(input))
        case "ListTags": return Self.json(try listTags(input))
        default: throw StubError("UnknownOperationException", "There is no \(operation).")
        }
        return StubText.json("")
    }

    /// The time to the millisecond, as the service reports it.
    var seconds: Double { Self.rounded(time.now.timeIntervalSince1970) }
    static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private static func json(_ value: JSONValue) -> TestAnswer {
        StubText.json((try? JSON.canonical(value)) ?? "{}")
    }
}
