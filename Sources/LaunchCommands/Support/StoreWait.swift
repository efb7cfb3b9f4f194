internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost

/// Repeats calls of a store that is locked, full or away, for as long as the user wants to wait.
struct StoreWait {
    static let option = Option(
        "wait-for-store", value: "DURATION",
        help: "Wait this long for a store that is locked, full or away, such as 90s, 10m or 2h.")

    private let limit: Duration
    /// Tells the user about the first error.
    private let note: (String) throws -> Void
    private static let backoff = Backoff(first: .milliseconds(200), longest: .seconds(5), jitter: .around(0.2))

    /// As long as the command line says.
    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws {
        let limit = try arguments.duration(Self.option.long, upTo: .seconds(366 * 86_400)) ?? .zero
        self.limit = limit
        note = { terminal.err("\(lines: $0) Waiting for up to \(Format.duration(limit)).") }
    }

    /// Without an end, for an agent.
    init(_ log: Logger) {
        limit = .seconds(366_000 * 86_400)
        note = { log.error("the store cannot be used for now", ["error": $0]) }
    }

    /// Calls `body` until it succeeds, fails for good, or the limit is over. A host name that does not resolve is a
    /// misspelt one in most cases, so it fails for good.
    func insisting<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        let end = ContinuousClock.now + limit
        var attempt = 0
        while true {
            do {
                return try await body()
            } catch  where Self.message(ofTemporary: error) != nil {
                let rest = end - .now
                guard rest > .zero else { throw error }
                attempt += 1
                if attempt == 1 { try note(Self.message(ofTemporary: error) ?? "") }
                try await Task.sleep(for: min(Self.backoff.delay(after: attempt), rest))
            }
        }
    }

    /// What is said about an error that may pass by itself; nil for other errors.
    private static func message(ofTemporary error: any Error) -> String? {
        if let error = error as? StoreError {
            return error.isTemporary && error.code != .unknownHost ? error.message : nil
        }
        guard let error = error as? LaunchError, error.kind == .tryAgain else { return nil }
        return error.message
    }

    /// Submits a run. If the answer to one attempt is lost, the next one finds the run.
    func submit(_ spec: LaunchSpec, as id: RunID, to store: Store) async throws -> RunRecord {
        var attempt = 0
        return try await insisting {
            attempt += 1
            do {
                return try await store.submit(spec, as: id)
            } catch let error as StoreError where error.code == .exists && attempt > 1 {
                return try await store.run(id)
            }
        }
    }
}
