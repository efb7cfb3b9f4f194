internal import Dispatch
internal import FoundationEssentials
internal import LaunchHost
internal import Synchronization

/// The parameters of a new connection to the store, with a password that is read or made for each connection.
struct StoreLogin: Sendable {
    private let settings: PostgresSettings
    private let context: CommandContext

    init(_ settings: PostgresSettings, _ context: CommandContext) {
        self.settings = settings
        self.context = context
    }

    /// The keywords of libpq. It blocks while the environment makes a password; the store calls it on a thread of its own.
    @Sendable func parameters() throws(StoreError) -> [String: String] {
        var keywords = settings.parameters(context.variables) { FileManager.default.fileExists(atPath: $0) }
        if settings.password != .standard { keywords["password"] = try awaitedPassword()?.reveal() }
        return keywords
    }

    private func awaitedPassword() throws(StoreError) -> Secret? {
        let answer = Answer()
        Task { answer.give(await password()) }
        return try answer.wait().get()
    }

    private func password() async -> Result<Secret?, StoreError> {
        do {
            var environment: (any Environment)?
            switch settings.password {
            case .standard, .variable, .file: break
            case .secret, .made:
                // Not `context.config()`, which prints its warnings for each connection.
                let config = try LaunchConfig(at: context.location, catalog: context.catalog)
                environment = try context.backends(config).environment
            }
            return .success(try await settings.password(context.variables, environment: environment))
        } catch let error as LaunchError {
            return .failure(StoreError(.denied, error.description, hint: error.hint))
        } catch {
            return .failure(StoreError(.denied, "The password of the store cannot be read: \(error)"))
        }
    }

    /// A result that a task gives to a thread.
    private final class Answer: Sendable {
        private let value = Mutex<Result<Secret?, StoreError>>(.success(nil))
        private let isThere = DispatchSemaphore(value: 0)

        func give(_ result: Result<Secret?, StoreError>) {
            value.withLock { $0 = result }
            isThere.signal()
        }

        func wait() -> Result<Secret?, StoreError> {
            isThere.wait()
            return value.withLock { $0 }
        }
    }
}
