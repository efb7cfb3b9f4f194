/// The engine of a configuration, looked for when it is first needed and then kept.
///
/// One that was not there is looked for again the next time: somebody may have started it.
public actor SharedEngine {
    private let locator: EngineLocator
    private var search: Task<Result<EngineClient, EngineError>, Never>?

    /// An engine that is found like that.
    /// - Parameter variables: the environment of the process; only what names an engine is kept of it.
    public init(option: String? = nil, variables: [String: String]) {
        let names = EngineLocator.variableNames
        locator = EngineLocator(option: option, variables: variables.filter { names.contains($0.key) })
    }

    /// The way to the engine. Calls at the same time share one search.
    /// - Throws: as `EngineLocator.locate`.
    public func client() async throws(EngineError) -> EngineClient {
        let task = search ?? start()
        switch await task.value {
        case .success(let client): return client
        case .failure(let error):
            if search == task { search = nil }
            throw error
        }
    }

    private func start() -> Task<Result<EngineClient, EngineError>, Never> {
        let task = Task { [locator] () -> Result<EngineClient, EngineError> in
            do throws(EngineError) {
                return .success(try await locator.locate(EngineClient.connect).client)
            } catch {
                return .failure(error)
            }
        }
        search = task
        return task
    }
}
