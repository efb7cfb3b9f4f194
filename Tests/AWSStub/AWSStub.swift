public import Foundation
import LaunchAWS
import Synchronization
import TestSupport

/// A scripted AWS on loopback: it checks signatures, keeps state, records calls, and fails as scripted.
public final class AWSStub: Sendable {
    /// The key pairs.
    public let keys: StubKeys
    /// The STS service.
    public let sts: STSStub
    public let iam: IAMStub
    public let quotas = QuotasStub()
    /// The ECR service.
    public let ecr: ECRStub
    /// The S3 service.
    public let s3: S3Stub
    /// The SageMaker service.
    public let sagemaker: SageMakerStub
    /// The Batch service.
    public let batch: BatchStub
    /// The CloudWatch Logs service.
    public let logs: LogsStub
    /// The instance metadata service, a source of credentials.
    public let metadata: MetadataStub
    /// The container endpoint, a source of credentials.
    public let container: ContainerStub
    /// The SSO service, a source of credentials.
    public let sso: SSOStub

    private struct State {
        var services: [any StubService] = []
        var book = CallBook()
        var calls: [StubCall] = []
        var recorded = 0
    }

    private let state = Mutex(State())
    private let server: ServerBox
    private let check: SignatureCheck
    private let now: @Sendable () -> Date
    private let keepsCalls: Bool

    /// Starts a stub. Its clock is `clockOffset` seconds ahead of this machine's. Without `keepsCalls`, it can serve
    /// any number of calls.
    public convenience init(clockOffset: TimeInterval = 0, keepsCalls: Bool = true) throws {
        try self.init(now: { Date().addingTimeInterval(clockOffset) }, keepsCalls: keepsCalls)
    }

    /// Starts a stub with another clock for all services.
    public init(now: @escaping @Sendable () -> Date, keepsCalls: Bool = true) throws {
        self.now = now
        self.keepsCalls = keepsCalls
        keys = StubKeys(now: now)
        check = SignatureCheck(keys: keys, now: now)
        sts = STSStub(keys)
        iam = IAMStub(accountID: keys.accountID)
        ecr = ECRStub(keys)
        s3 = S3Stub(now: now)
        sagemaker = SageMakerStub(accountID: keys.accountID, clock: StubClock(base: now))
        batch = BatchStub(accountID: keys.accountID, clock: StubClock(base: now))
        logs = LogsStub(keys, now: now)
        metadata = MetadataStub(keys)
        container = ContainerStub(keys)
        sso = SSOStub(keys)
        server = ServerBox()
        // S3 must be last, because any path may be a bucket's.
        state.withLock {
            $0.services = [
                metadata, container, sso, sts, iam, quotas, ecr, logs, sagemaker, batch, s3,
            ]
        }
        try server.start { [weak self] request in
            guard let self else { return TestAnswer(before: [.close]) }
            var answer = self.handle(StubRequest(request))
            answer.headers.append(("Date", Self.httpDate(now())))
            return answer
        }
    }

    /// The beginning of all URLs.
    public var url: String { server.url }
    /// The number of connections so far.
    public var connectionCount: Int { server.connectionCount }
    /// The number of requests so far.
    public var requestCount: Int { server.requestCount }

    /// The calls so far, in order of arrival.
    public var calls: [StubCall] { state.withLock(\.calls) }
    /// The calls of one operation.
    public func calls(_ service: String, _ operation: String) -> [StubCall] {
        calls.filter { $0.service == service && $0.operation == operation }
    }

    /// Adds a service, before S3.
    public func add(_ service: any StubService) {
        state.withLock { $0.services.insert(service, at: 0) }
    }

    /// The reactions to the next calls of an operation, in order. Later calls are answered normally.
    public func script(_ service: String, _ operation: String, _ reactions: [Reaction]) {
        state.withLock { $0.book.scripts["\(service) \(operation)", default: []] += reactions }
    }

    /// The reaction to all calls of an operation without a script; nil answers them normally.
    public func always(_ service: String, _ operation: String, _ reaction: Reaction?) {
        state.withLock { $0.book.standing["\(service) \(operation)"] = reaction }
    }

    /// Throttles calls of an operation above the given number per second of its service's clock; nil is unlimited.
    public func limit(_ service: String, _ operation: String, perSecond: Int?) {
        state.withLock { $0.book.limits["\(service) \(operation)"] = perSecond }
    }

    /// Applies `day` to calls of these services from now on, except to scripted calls; nil ends it.
    public func chaos(_ day: Chaos?, services: Set<String> = ["sagemaker"]) {
        state.withLock { $0.book.begin(day.map { ($0, services) }) }
    }

    /// The times of an operation's calls, in seconds since 1970 by its service's clock, in order of arrival. Always
    /// recorded.
    public func times(_ service: String, _ operation: String) -> [Double] {
        state.withLock { $0.book.times["\(service) \(operation)"] ?? [] }
    }

    /// The largest number of calls of an operation within one second of its service's clock.
    public func busiestSecond(_ service: String, _ operation: String) -> Int {
        CallBook.busiestSecond(times(service, operation))
    }

    /// The number of outcomes per kind: "answered", "ThrottlingException", "lost answer", … Always recorded.
    public func outcomes(_ service: String, _ operation: String) -> [String: Int] {
        state.withLock { $0.book.outcomes["\(service) \(operation)"] ?? [:] }
    }

    /// Closes all connections.
    public func stop() { server.stop() }

    private func handle(_ request: StubRequest) -> TestAnswer {
        let services = state.withLock(\.services)
        for service in services {
            if let operation = service.operation(of: request) { return handle(operation, request, service) }
        }
        return .text("unknown", status: 404)
    }

    private func handle(_ operation: String, _ request: StubRequest, _ service: any StubService) -> TestAnswer {
        let (reaction, requestID) = state.withLock { state -> (Reaction, String) in
            // Read under the lock, so that the times are in order.
            let time = service.clock?.now ?? now()
            let reaction = state.book.enter(service.name, operation, at: time.timeIntervalSince1970)
            state.recorded += 1
            if keepsCalls {
                state.calls.append(
                    StubCall(
                        service: service.name, operation: operation, request: request, outcome: reaction.outcome,
                        time: time))
            }
            return (reaction, "stub-\(state.recorded)")
        }
        var answer: TestAnswer
        do throws(StubError) {
            answer = try answered(operation, request, service, reaction)
        } catch {
            answer = service.refusal(error, requestID: requestID)
        }
        answer.headers.append(("x-amzn-RequestId", requestID))
        return answer
    }

    private func answered(
        _ operation: String, _ request: StubRequest, _ service: any StubService, _ reaction: Reaction
    ) throws(StubError) -> TestAnswer {
        if case .instead(hasEffect: false, let answer) = reaction.kind { return answer }
        if service.isSigned(operation) { try check.check(request) }
        switch reaction.kind {
        case .error(let error): throw error
        case .instead(_, let answer):
            _ = try service.answer(operation, request)
            return answer
        case .afterwards(let gate):
            var answer = try service.answer(operation, request)
            answer.before = [.wait(gate)] + answer.before
            return answer
        case .proceed:
            return try service.answer(operation, request)
        }
    }

    /// "Mon, 23 Nov 2026 23:05:48 GMT"
    static func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }
}
