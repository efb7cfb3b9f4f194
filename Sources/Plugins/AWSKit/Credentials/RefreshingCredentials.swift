internal import FoundationEssentials
internal import LaunchConcurrency
public import LaunchCore
internal import Synchronization

/// Refreshes credentials before they expire. One fetch serves all waiting callers.
///
/// From 15 minutes before the end, new credentials are fetched in the background while callers get the old ones. From
/// 10 minutes before the end, callers wait for the new ones. For a lifetime of less than an hour, these windows are a
/// quarter and a sixth of it; otherwise such credentials would always be inside the window. A fetch that fails while
/// the old credentials are valid is logged and repeated a minute later. The error reaches callers only after the old
/// ones have expired.
public final class RefreshingCredentials: CredentialsProvider {
    private typealias Outcome = Result<AWSCredentials, AWSError>
    private typealias Fetch = SingleValueFuture<Outcome>

    private struct State {
        var current: AWSCredentials?
        var fetchedAt = Date.distantPast
        var fetch: Fetch?
        var pausedUntil = Date.distantPast
    }

    /// The next step of a call for credentials.
    private enum Step {
        case use(AWSCredentials)
        case wait(Fetch)
    }

    private static let advisory: TimeInterval = 15 * 60
    private static let mandatory: TimeInterval = 10 * 60
    private static let pause: TimeInterval = 60

    /// The name of the source, for messages.
    public let name: String
    private let clock: HostClock
    private let log: Logger
    private let source: @Sendable () async throws(AWSError) -> AWSCredentials
    private let state = Mutex(State())

    /// Credentials from `fetch`, which is first called on first use.
    public init(
        name: String, clock: HostClock = .system, log: Logger = .silent,
        fetch: @escaping @Sendable () async throws(AWSError) -> AWSCredentials
    ) {
        self.name = name
        self.clock = clock
        self.log = log
        source = fetch
    }

    /// Credentials of a role that other credentials assume.
    package convenience init(
        assuming request: RoleRequest, as source: any CredentialsProvider, _ context: SourceContext
    ) {
        self.init(
            AssumeRoleSource(name: "role \(request.roleARN)", request: request, source: source, context: context),
            context)
    }

    convenience init(_ source: any CredentialSource, _ context: SourceContext) {
        self.init(name: source.name, clock: context.clock, log: context.log) { () async throws(AWSError) in
            try await source.fetch()
        }
    }

    /// True if credentials were fetched before.
    var hasFetched: Bool { state.withLock { $0.fetchedAt > .distantPast } }

    /// Credentials that are valid now. The cancellation of one caller does not affect the others.
    public func credentials() async throws(AWSError) -> AWSCredentials {
        let now = clock.now()
        let step = state.withLock { state -> Step in
            guard let current = state.current else { return .wait(fetch(&state)) }
            let (left, windows) = Self.windows(current, state.fetchedAt, now)
            if left > windows.advisory { return .use(current) }
            if now < state.pausedUntil, left > 0 { return .use(current) }
            let fetch = fetch(&state)
            return left > windows.mandatory ? .use(current) : .wait(fetch)
        }
        switch step {
        case .use(let credentials): return credentials
        case .wait(let fetch): return try await Self.result(of: fetch)
        }
    }

    /// Credentials that replace `expired`, which a service has rejected as expired.
    /// - Throws: `AWSError` of kind expired if the source has no newer ones.
    public func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials {
        let step = state.withLock { state -> Step in
            // Another caller may have refreshed them already.
            if let current = state.current, current != expired { return .use(current) }
            state.current = nil
            return .wait(fetch(&state))
        }
        switch step {
        case .use(let credentials): return credentials
        case .wait(let fetch):
            let fetched = try await Self.result(of: fetch)
            guard fetched != expired else {
                throw AWSError(
                    .expired, "The credentials of \(name) have expired, and their source has no newer ones.",
                    hint:
                        "Renew them at their source: set new variables, run 'aws sso login', or write new keys to the file."
                )
            }
            return fetched
        }
    }

    // MARK: fetch

    /// The running fetch, or a new one. It runs in a task of its own, so that no caller's cancellation stops it.
    private func fetch(_ state: inout State) -> Fetch {
        if let fetch = state.fetch { return fetch }
        let fetch = Fetch()
        state.fetch = fetch
        Task.detached { [self] in
            let outcome: Outcome
            do throws(AWSError) {
                outcome = .success(try checked(await source()))
            } catch {
                outcome = .failure(error)
            }
            finish(fetch, outcome)
        }
        return fetch
    }

    private static func result(of fetch: Fetch) async throws(AWSError) -> AWSCredentials {
        let cancelled = AWSError(.cancelled, "The wait for AWS credentials was cancelled.")
        return try await fetch.value(ifCancelled: .failure(cancelled)).get()
    }

    private func checked(_ credentials: AWSCredentials) throws(AWSError) -> AWSCredentials {
        guard let end = credentials.expiration, end <= clock.now() else { return credentials }
        throw AWSError(
            .expired, "\(name) returned credentials that expired at \(AWSDate.text(end)).",
            hint: "Renew them at their source, and check the clock of this machine.")
    }

    private func finish(_ fetch: Fetch, _ outcome: Outcome) {
        let now = clock.now()
        let answer = state.withLock { state -> Outcome in
            state.fetch = nil
            switch outcome {
            case .success(let credentials):
                state.current = credentials
                state.fetchedAt = now
                state.pausedUntil = .distantPast
            case .failure:
                state.pausedUntil = now.addingTimeInterval(Self.pause)
                if let current = state.current, Self.windows(current, state.fetchedAt, now).left > 0 {
                    return .success(current)
                }
            }
            return outcome
        }
        tell(outcome, stillGood: (try? answer.get()) != nil)
        fetch.set(answer)
    }

    private func tell(_ outcome: Outcome, stillGood: Bool) {
        switch outcome {
        case .success(let credentials):
            let end = credentials.expiration.map(AWSDate.text) ?? "never"
            log.debug("AWS credentials fetched", ["source": name, "expires": end])
        case .failure(let error) where stillGood:
            log.warning(
                "new AWS credentials could not be fetched; the old ones are still valid",
                ["source": name, "error": error.description])
        case .failure(let error):
            log.debug("no AWS credentials", ["source": name, "error": error.description])
        }
    }

    /// The remaining lifetime, and the windows of remaining lifetime for the two kinds of refresh; all in seconds.
    private static func windows(
        _ credentials: AWSCredentials, _ fetchedAt: Date, _ now: Date
    ) -> (left: TimeInterval, windows: (advisory: TimeInterval, mandatory: TimeInterval)) {
        guard let end = credentials.expiration else { return (.infinity, (advisory, mandatory)) }
        let life = max(0, end.timeIntervalSince(fetchedAt))
        return (end.timeIntervalSince(now), (min(advisory, life / 4), min(mandatory, life / 6)))
    }
}
