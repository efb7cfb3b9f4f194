/// Where a job runs: one backend. `plugins.md` tells when each function is called and what it must hold.
public protocol Runner: Sendable {
    /// What a request is made of beside the job and its image, and what only a service can tell: the account of the caller,
    /// say. `render` gets it with the job. May call a service; changes nothing. The default needs nothing.
    func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String]

    /// The backend's own request for a job. Pure: same job, same bytes; no file, no call, no clock.
    /// - Throws: `.invalid` only where no request can be made at all; what can be said of a request belongs to `validate`.
    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest

    /// Everything that is wrong with a request, at once. Pure and offline.
    func validate(_ request: RunRequest) -> [Finding]

    /// Gets what a submit of that request needs and what takes long, such as a large image onto an engine. Called before
    /// `submit`, which must work without it too. Idempotent; cancelling the task ends it. The default gets nothing.
    func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError)

    /// Starts the run. Idempotent under the run ID: also when an earlier answer was lost, and when called 32 times at
    /// once, there is one run and every call answers its handle.
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle

    /// What an earlier `submit` of that request left in the backend under that run ID, whoever called it; nil where there
    /// is nothing.
    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle?

    /// What the backend says of all these runs, in as few calls as it allows. An error is thrown, never turned into
    /// a state. A handle that the backend does not know is observed as `.missing`.
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation]

    /// The run's log after `cursor`, from the beginning without one: every line once, in order, in bounded memory.
    /// With `follow` it ends when the run has ended and all is read; without, after what there is now.
    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream

    /// Asks the run to end, by force after `grace`; nil is the job's own grace, or the backend's. Idempotent: before the start, while it is silent, after the end,
    /// twice. Returns when the backend has taken the order; `observe` tells when the run has ended.
    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError)

    /// Collects what an ended run leaves behind into `folder`, which exists. May be called again after a crash.
    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome

    /// Frees what the backend still holds of an ended run, after its record is kept. Idempotent.
    func release(_ handle: RunHandle) async throws(BackendError)

    /// Removes what programs of this home that died left in the backend: of a run that is over, everything; of an
    /// abandoned one only what its next owner makes anew. Never anything of another home. The default removes nothing.
    func sweep(_ standing: @escaping @Sendable (RunID) -> RunStanding) async throws(BackendError)

    /// Asks the backend something harmless, to see that it answers: for `launch doctor`.
    func reach() async throws(BackendError)

    /// What to try next for a run whose last attempt ended like that without its own fault: for want of machines, say.
    /// Nil where the end is the end. Pure. Only for a backend that needs no `release`.
    /// - Parameters:
    ///   - number: the number of the attempt that would be the next, from 2.
    ///   - limit: the most attempts that the queue wants; nil leaves it to what the request has to offer.
    func nextAttempt(_ number: Int, after request: RunRequest, _ end: Observation, limit: Int?) -> NextAttempt?

    /// The address of a page where people can look at the run, where the backend has one. Pure.
    func page(of handle: RunHandle) -> String?

    /// Whether the backend still has the log after `release`. Where not, the host archives it first.
    var keepsLogs: Bool { get }

    /// Whether the backend itself tells an end that was ordered from one that came by itself. Where not, a run that ends
    /// after its stop was ordered counts as stopped, whatever its container made of it.
    var tellsStops: Bool { get }

    /// How long the backend itself waits between a polite stop and force, where nobody else can choose that.
    var fixedGrace: Duration? { get }

    /// How often `observe` is worth calling.
    var pace: Pace { get }

    /// A pulse whenever a run may have changed, where the backend can tell; nil where it can only be asked.
    func changes() -> AsyncStream<Void>?
}

extension Runner {
    /// Nothing to ask.
    public func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String] { [:] }
    /// Nothing to get.
    public func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {}
    /// Nothing to free.
    public func release(_ handle: RunHandle) async throws(BackendError) {}
    /// Nothing to remove.
    public func sweep(_ standing: @escaping @Sendable (RunID) -> RunStanding) async throws(BackendError) {}
    /// It does not.
    public var tellsStops: Bool { false }
    /// Whoever stops it chooses.
    public var fixedGrace: Duration? { nil }
    /// The backend can only be asked.
    public func changes() -> AsyncStream<Void>? { nil }
    /// The end is the end.
    public func nextAttempt(
        _ number: Int, after request: RunRequest, _ end: Observation, limit: Int?
    ) -> NextAttempt? { nil }
    /// No page.
    public func page(of handle: RunHandle) -> String? { nil }
}

/// Another attempt of a run whose last one ended without its own fault.
public struct NextAttempt: Sendable, Hashable {
    /// What to submit: under the same run ID, and in the backend under another name.
    public var request: RunRequest
    /// What is different this time, for people: "on ml.m5.2xlarge".
    public var summary: String

    /// An attempt from its parts.
    public init(_ request: RunRequest, _ summary: String) {
        self.request = request
        self.summary = summary
    }
}

/// How often a backend is asked.
public struct Pace: Sendable, Hashable {
    /// The shortest time between two calls of `observe`.
    public var shortest: Duration
    /// The longest. The time between two calls grows up to it while nothing changes and `changes` is silent.
    public var longest: Duration

    /// A pace from its parts.
    public init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }
}

/// A runner whose backend pulls images itself, also from registries that the configuration does not name.
public protocol ImageLookup: Runner {
    /// The registry that runs get their images from, over the configured one: it looks up what the backend would pull.
    func registry(over configured: any Registry) -> any Registry
}

/// A runner whose requests can be rehearsed elsewhere.
public protocol Rehearsable: Runner {
    /// What the request means as a container job, with what the submitter asks of the rehearsal worked in. Pure.
    /// - Throws: `.invalid` where an option does not go with the request: a channel that it does not have.
    func rehearsal(of request: RunRequest, with options: RehearsalOptions) throws(BackendError) -> ContainerJob

    /// What there is to say at the end of a rehearsal. Pure.
    func report(on rehearsal: EndedRehearsal) -> RehearsalReport
}

/// A runner that runs container jobs, and so can rehearse for others.
public protocol ContainerJobRunner: Runner {
    /// The request that runs a container job here. Pure.
    func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest

    /// How an ended job with surroundings went. Called after `finish` and before `release`.
    func course(of handle: RunHandle) async throws(BackendError) -> RehearsalCourse

    /// The store of images that the containers are made from, where it is on this machine. The default has none.
    var imageStore: (any Registry)? { get }
}

extension ContainerJobRunner {
    /// None.
    public var imageStore: (any Registry)? { nil }
}
