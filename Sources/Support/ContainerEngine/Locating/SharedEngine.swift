/// The engine of a configuration, located at first use and then cached.
///
/// A failure is not cached: the user may have started the engine since then.
public actor SharedEngine {
    private let locator: EngineLocator
    private var search: Task<Result<EngineClient, EngineError>, Never>?

    /// - Parameter variables: the environment of the process; only the variables that select an engine are kept.
    public init(option: String? = nil, variables: [String: String]) {
        let names = EngineLocator.variableNames
        locator = EngineLocator(option: option, variables: variables.filter { names.contains($0.key) })
    }

    /// The client of the engine. Concurrent calls share one search.
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
