/// Executes runs in one backend. `plugins.md` describes when each function is called and what it must guarantee. The
/// declaration says what the backend can do: `Capabilities`.
public protocol Runner: Sendable {
    /// Additional values of a request that only a service can provide, such as the caller's account. `render` gets them
    /// with the job. May call a service; changes nothing. The default is empty.
    func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String]

    /// The backend's own request for a job. Pure: the same job gives the same bytes, without files, calls and clocks.
    /// - Throws: `.invalid` only if no request can be rendered; `validate` reports problems of a request.
    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest

    /// The instances that a run of the job occupies until its end, also those of its later attempts. The host asks before
    /// the image is built, and does not start a run above a limit of its queue. A plugin that returns any declares
    /// `RunnerPlugin.instanceTypes`. Pure. The default is empty: no queue can limit them.
    func demand(of job: ResolvedJob) -> [InstanceDemand]

    /// All problems of a request at once. Pure and offline.
    func validate(_ request: RunRequest) -> [Finding]

    /// Prepares what a submit of the request needs and what takes long, such as a large image on an engine. Called
    /// before `submit`, which must work without it too. Idempotent; cancelling the task ends it. The default does
    /// nothing.
    func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError)

    /// Starts the run. Idempotent under the run ID: after a lost response, and after 32 concurrent calls, one run
    /// exists, and every call returns its handle.
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle

    /// The handle of what an earlier `submit` of the request, by any process, left in the backend under the run ID; nil
    /// if there is nothing.
    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle?

    /// Observes all these runs, in as few calls as the backend allows. An error is thrown, never converted to a state.
    /// A handle that the backend does not know is observed as `.missing`.
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation]

    /// The run's log after `cursor`, or from the beginning: every line once, in order, in bounded memory. With `follow`
    /// the stream ends when the run has ended and all lines are read; without it, after the existing lines.
    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream

    /// Requests a stop of the run, by force after `grace`; nil means the grace period of the job or of the backend.
    /// Idempotent: before the start, during a stop, after the end, and repeated. Returns when the backend has accepted
    /// the request; `observe` reports the end.
    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError)

    /// Collects what an ended run left into `folder`, which exists. Repeatable after a crash.
    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome

    /// Releases what the backend still holds of an ended run, after its record is complete. Idempotent.
    func release(_ handle: RunHandle) async throws(BackendError)

    /// Removes what dead programs of this home left in the backend: everything of a run that is over; of an abandoned
    /// run only what its next owner creates again. Nothing of another home is removed. The default removes nothing.
    func sweep(_ standing: @escaping @Sendable (RunID) async -> RunStanding) async throws(BackendError)

    /// Makes a harmless call to check that the backend responds, for `launch doctor`.
    func reach() async throws(BackendError)

    /// The next attempt of a run whose last attempt ended with this observation without its own fault, for example for
    /// lack of machines. Nil means that the end is final. Pure. Only for a backend that needs no `release`.
    /// - Parameters:
    ///   - number: the number of the next attempt, from 2.
    ///   - limit: the maximum number of attempts in the queue's rules; nil means as many as the request offers.
    func nextAttempt(_ number: Int, after request: RunRequest, _ end: Observation, limit: Int?) -> NextAttempt?

    /// The address of a page about the run, if the backend has one. Pure.
    func page(of handle: RunHandle) -> String?

    /// A stream with an element whenever a run may have changed, if the backend can report that; nil if it can only be
    /// polled.
    func changes() -> AsyncStream<Void>?
}

extension Runner {
    /// No additional values by default.
    public func facts(for job: ResolvedJob) async throws(BackendError) -> [String: String] { [:] }
    /// Empty by default.
    public func demand(of job: ResolvedJob) -> [InstanceDemand] { [] }
    /// Does nothing by default.
    public func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {}
    /// Does nothing by default.
    public func release(_ handle: RunHandle) async throws(BackendError) {}
    /// Does nothing by default.
    public func sweep(_ standing: @escaping @Sendable (RunID) async -> RunStanding) async throws(BackendError) {}
    /// By default, the backend can only be polled.
    public func changes() -> AsyncStream<Void>? { nil }
    /// By default, the end is final.
    public func nextAttempt(
        _ number: Int, after request: RunRequest, _ end: Observation, limit: Int?
    ) -> NextAttempt? { nil }
    /// By default, a run has no page.
    public func page(of handle: RunHandle) -> String? { nil }
}

/// Another attempt of a run whose last attempt ended without its own fault.
public struct NextAttempt: Sendable, Hashable {
    /// The request of the attempt: with the same run ID, and another name in the backend.
    public var request: RunRequest
    /// What differs from the last attempt, for people: "on ml.m5.2xlarge".
    public var summary: String

    public init(_ request: RunRequest, _ summary: String) {
        self.request = request
        self.summary = summary
    }
}

/// A runner with its own rules for the images of its runs: it gets images that the configured registry does not serve,
/// or refuses them because its backend cannot pull them.
public protocol ImageLookup: Runner {
    /// The registry of the runs' images: the configured one, and the runner's own way to other images.
    func registry(over configured: any Registry) -> any Registry
}

/// A runner whose requests can be rehearsed.
public protocol Rehearsable: Runner {
    /// The translation of the request to a container job, with the submitter's options applied. Pure.
    /// - Throws: `.invalid` if an option does not fit the request, such as a channel that it does not have.
    func rehearsal(of request: RunRequest, with options: RehearsalOptions) throws(BackendError) -> ContainerJob

    /// The report at the end of a rehearsal. Pure.
    func report(on rehearsal: EndedRehearsal) -> RehearsalReport
}

/// A runner that executes container jobs, and so can rehearse for others. Its capabilities have `rehearses`.
public protocol ContainerJobRunner: Runner {
    /// The request that executes a container job on this runner. Pure.
    func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest

    /// The timeline and results of an ended job with a rehearsal plan. Called after `finish` and before `release`.
    func timeline(of handle: RunHandle) async throws(BackendError) -> RehearsalTimeline

    /// The store of the images of containers, if it is on this machine. The default is nil.
    var imageStore: (any Registry)? { get }
}

extension ContainerJobRunner {
    public var imageStore: (any Registry)? { nil }
}
