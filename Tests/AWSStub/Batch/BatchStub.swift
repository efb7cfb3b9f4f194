import Foundation
public import LaunchHost
import Synchronization
public import TestSupport

/// Batch: definitions, and jobs over time. The stub does nothing between calls: a job's state follows from its life and
/// the clock. Shapes and rules are those of botocore's model of 2016-08-10; where the model says nothing, AWS's User
/// Guide. It has not been compared with the real service.
public final class BatchStub: StubService {
    /// Selects a life by the input of `SubmitJob` and the index in an array. Must not call the stub's `batch`.
    public typealias Choice = @Sendable (_ job: StubBatchJob, _ request: JSONValue) -> BatchLife

    struct State {
        var queues: Set<String> = ["training"]
        /// The revisions of each name, as registered.
        var definitions: [String: [JSONValue]] = [:]
        /// The revisions that accept no job, as `name:revision`.
        var inactive: Set<String> = []
        /// All jobs and children, by ID.
        var jobs: [String: StubBatchJob] = [:]
        var order: [String] = []
        var choice: Choice = { _, _ in .usual }
        var listLag = 0.0
        var pageSize = 100
    }
    let state = Mutex(State())
    let accountID: String
    let time: StubClock

    init(accountID: String, clock: StubClock) {
        self.accountID = accountID
        time = clock
    }

    /// The clock of the jobs.
    public var clock: StubClock? { time }
    /// Selects the lives of later jobs.
    public func lives(_ choice: @escaping Choice) { state.withLock { $0.choice = choice } }
    /// Gives all later jobs the same life.
    public func lives(_ life: BatchLife) { lives { _, _ in life } }
    /// The delay before a new job appears in lists, in seconds; 0 initially.
    public var listLag: Double {
        get { state.withLock(\.listLag) }
        set { state.withLock { $0.listLag = newValue } }
    }
    /// The largest page of a list; 100 initially.
    public func limitPages(_ jobs: Int) { state.withLock { $0.pageSize = jobs } }

    /// The jobs in the order of their submits, without the children of arrays.
    public var jobs: [StubBatchJob] { state.withLock { state in state.order.compactMap { state.jobs[$0] } } }
    /// The registered definitions: each name with its revisions.
    public var definitions: [String: [JSONValue]] { state.withLock(\.definitions) }
    /// The status of a job at present.
    public func status(of id: String) -> String? {
        state.withLock { $0.jobs[id] }.map { status($0).status }
    }
    /// The revisions that were deregistered, as `name:revision`.
    public var inactiveDefinitions: Set<String> { state.withLock(\.inactive) }
    /// Registers a definition of a user.
    public func define(_ name: String, image: String) {
        state.withLock { state in
            state.definitions[name, default: []].append(
                .object([
                    "jobDefinitionName": .string(name), "type": .string("container"),
                    "containerProperties": .object(["image": .string(image)]),
                ]))
        }
    }
    /// Forgets a job, as the service does some time after its end.
    public func forget(_ id: String) {
        state.withLock { state in
            state.jobs[id] = nil
            state.order.removeAll { $0 == id }
        }
    }

    // MARK: the service

    /// The name in scripts.
    public var name: String { "batch" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the path.
    public func operation(of request: StubRequest) -> String? {
        guard request.signer?.service == "batch" else { return nil }
        return Self.operations[request.path] ?? "Unknown"
    }
    private static let operations: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "SubmitJob", "DescribeJobs", "ListJobs", "TerminateJob", "RegisterJobDefinition", "DescribeJobDefinitions",
            "DescribeJobQueues", "DeregisterJobDefinition",
        ].map { ("/v1/\($0.lowercased())", $0) })

    /// Errors have their code in a header and in the body.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        .text(
            "{\"message\":\(StubText.quoted(error.message)),\"code\":\"\(error.code)\"}", status: error.status,
            headers: [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)] + error.headers)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard request.raw.method == "POST", let input = try? JSONValue(parsing: request.raw.text),
            input.objectValue != nil
        else { throw StubError("SerializationException", "The body is not a JSON object.") }
        let region = request.signer?.region ?? "us-east-1"
        let answer: JSONValue =
            switch operation {
            case "SubmitJob": try submit(input, region)
            case "DescribeJobs": try describe(input, region)
            case "ListJobs": try list(input)
            case "TerminateJob": try terminate(input)
            case "RegisterJobDefinition": try register(input, region)
            case "DeregisterJobDefinition": try deregister(input)
            case "DescribeJobDefinitions": definitions(input, region)
            case "DescribeJobQueues":
                .object([
                    "jobQueues": .array(
                        state.withLock(\.queues).sorted().map { .object(["jobQueueName": .string($0)]) })
                ])
            default: throw StubError("UnknownOperationException", "There is no \(operation).", status: 404)
            }
        return .text(
            (try? JSON.canonical(answer)) ?? "{}", headers: [("Content-Type", "application/json")])
    }

    static func refused(_ message: String) -> StubError { StubError("ClientException", message, status: 400) }

    func text(_ input: JSONValue, _ name: String) throws(StubError) -> String {
        guard let text = input[name]?.stringValue, !text.isEmpty else {
            throw Self.refused("Error executing request, Exception : \(name) is required.")
        }
        return text
    }
}
