public import Foundation
public import LaunchHost
import Synchronization
public import TestSupport

/// SageMaker's training jobs: made, watched, stopped, as the service does it over time. Nothing happens in the stub between
/// two calls; a job is what its life says of it at the time of its clock, so that ten thousand of them cost nothing.
public final class SageMakerStub: StubService {
    /// Chooses a life for the n-th job, from 1, by its request. It must not ask the stub for anything.
    public typealias Choice = @Sendable (_ request: JSONValue, _ number: Int) -> TrainingLife
    /// Says why a call is refused, by its operation and input; nil where it is not. It must not ask the stub for anything.
    public typealias Refusal = @Sendable (_ operation: String, _ input: JSONValue) -> StubError?

    struct State {
        /// All ever made; the place is the number less one.
        var jobs: [StubTrainingJob] = []
        /// The places of those that can be had, by region and name.
        var places: [String: Int] = [:]
        /// The places of those that may be alive, by quota.
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

    /// The clock that its jobs live by. A signature's time is not checked by this one.
    public var clock: StubClock? { time }
    /// Moves its clock ahead by so many seconds.
    public func advance(by seconds: TimeInterval) { time.advance(by: seconds) }
    /// Lets its clock stand until it is moved, at `time` or where it is.
    public func hold(at time: Date? = nil) { self.time.hold(at: time) }

    /// Chooses the lives of the jobs from now on.
    public func lives(_ choice: @escaping Choice) { state.withLock { $0.choice = choice } }
    /// Gives all jobs from now on the same life.
    public func lives(_ life: TrainingLife) { lives { _, _ in life } }

    /// Lets at most so many instances of a type be used by jobs at a time; nil is no limit.
    public func quota(_ type: String, _ instances: Int?, spot: Bool = false) {
        state.withLock { $0.quotas[Self.quotaName(type, isSpot: spot)] = instances }
    }

    /// Jobs made from now on that need one of these types, and no other will do, fail so many seconds later.
    public func withoutCapacity(_ types: Set<String>, after seconds: Double = 60) {
        state.withLock { state in
            state.scarce = types
            state.scarceAfter = seconds
        }
    }

    /// Refuses calls, as a policy or a rule of the service would; nil refuses none any more.
    public func refuse(_ refusal: Refusal?) { state.withLock { $0.refusal = refusal } }
    /// How long it takes until a new job shows in lists, in seconds; 0 at first.
    public var listLag: Double {
        get { state.withLock(\.listLag) }
        set { state.withLock { $0.listLag = newValue } }
    }
    /// Whether summaries in lists have a `SecondaryStatus`.
    public var summariesTellSecondaryStatus: Bool {
        get { state.withLock(\.tellsSecondary) }
        set { state.withLock { $0.tellsSecondary = newValue } }
    }

    /// All jobs ever made, in order, the deleted ones too.
    public var jobs: [StubTrainingJob] { state.withLock(\.jobs) }
    /// The job of a name.
    public func job(_ name: String, region: String = "us-east-1") -> StubTrainingJob? {
        state.withLock { state in state.places["\(region) \(name)"].map { state.jobs[$0] } }
    }
    /// What is so of a job now.
    public func moment(of name: String, region: String = "us-east-1") -> StubTrainingJob.Moment? {
        job(name, region: region)?.moment(at: time.now)
    }
    /// How often a job of a name was made; more than once only after it was deleted.
    public func creates(of name: String) -> Int { state.withLock { $0.jobs.count { $0.name == name } } }
    /// How often a job of a name was asked for, refused or not, where the call got through to the service.
    public func requests(for name: String) -> Int { state.withLock { $0.asked[name] ?? 0 } }

    /// The name in scripts.
    public var name: String { "sagemaker" }
    /// All are.
    public func isSigned(_ operation: String) -> Bool { true }
    /// By the header `X-Amz-Target`.
    public func operation(of request: StubRequest) -> String? {
        guard let target = request.raw.header("X-Amz-Target"), target.hasPrefix("SageMaker.") else { return nil }
        return String(target.dropFirst("SageMaker.".count))
    }
    /// JSON; the errors of the service's model spell their message with a capital.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        let isModelled = error.code.hasPrefix("Resource")
        let document = JSONValue.object([
            "__type": .string(error.code), isModelled ? "Message" : "message": .string(error.message),
        ])
        return StubText.json((try? JSON.canonical(document)) ?? "{}", status: error.status, headers: error.headers)
    }

    /// Carries it out.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard let input = try? JSONValue(parsing: request.raw.text), input.objectValue != nil else {
            throw StubError("SerializationException", "The body is no JSON object.")
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

    /// The time, to the millisecond, as the service tells it.
    var seconds: Double { Self.rounded(time.now.timeIntervalSince1970) }
    static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private static func json(_ value: JSONValue) -> TestAnswer {
        StubText.json((try? JSON.canonical(value)) ?? "{}")
    }
}
