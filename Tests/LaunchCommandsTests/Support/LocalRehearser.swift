import LaunchHost
import LaunchMock

/// A local runner for rehearsals: the mock under another name, with a fixed timeline.
struct LocalRehearser: ContainerJobRunner {
    static let type = "here"
    static let plugin = RunnerPlugin(
        Plugin(
            type: type, summary: "Pretends to run containers",
            capabilities: Capabilities(rehearses: true, pace: MockPlugins.runner.base.capabilities.pace)
        ) { options, context throws(BackendError) in
            LocalRehearser(mock: try MockPlugins.runner.base.make(options, context))
        }, template: [], defaultTemplate: "{}\n")

    /// The catalog of the tests, with this plugin.
    static let catalog: PluginCatalog = {
        let all = TestCatalog.catalog
        return PluginCatalog(
            environments: all.environments, registries: all.registries, builders: all.builders,
            runners: all.runners + [plugin])
    }()

    let mock: any Runner

    func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest {
        RunRequest(runner: Self.type, document: .object(["image": .string(job.image.reference)]))
    }

    func timeline(of handle: RunHandle) async throws(BackendError) -> RehearsalTimeline {
        RehearsalTimeline(phase: .succeeded, notes: ["There is no GPU here."])
    }

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { try mock.render(job) }
    func validate(_ request: RunRequest) -> [Finding] { mock.validate(request) }
    func reach() async throws(BackendError) { try await mock.reach() }

    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        RunHandle(runner: Self.type, runID: try await mock.submit(request, as: runID).runID)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        try await mock.find(request, as: runID).map { RunHandle(runner: Self.type, runID: $0.runID) }
    }

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        try await mock.observe(handles)
    }

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        mock.logs(handle, from: cursor, follow: follow)
    }

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        try await mock.stop(handle, grace: grace)
    }

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        try await mock.finish(handle, of: request, into: folder)
    }

    func release(_ handle: RunHandle) async throws(BackendError) { try await mock.release(handle) }
}
