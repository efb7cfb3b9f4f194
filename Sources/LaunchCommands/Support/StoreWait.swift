internal import LaunchConsole
internal import LaunchHost

/// Repeats calls of a store that is locked, full or away, for as long as the user wants to wait.
struct StoreWait {
    static let option = Option(
        "wait-for-store", value: "DURATION",
        help: "Wait this long for a store that is locked, full or away, such as 90s, 10m or 2h.")

    private let patience: StorePatience

    /// As long as the command line says.
    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws {
        let limit = try arguments.duration(Self.option.long, upTo: .seconds(366 * 86_400)) ?? .zero
        patience = StorePatience(limit: limit) {
            terminal.err("\(lines: $0) Waiting for up to \(Format.duration(limit)).")
        }
    }

    /// Without an end, for an agent.
    init(_ log: Logger) {
        patience = StorePatience(limit: nil) { log.error("the store cannot be used for now", ["error": $0]) }
    }

    /// Calls `body` until it succeeds, fails for good, or the limit is over.
    func insisting<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        try await patience.insisting { (error: any Error) in
            Self.message(ofTemporary: error)
        } _: {
            try await body()
        }
    }

    /// What is said about an error that may pass by itself; nil for other errors.
    private static func message(ofTemporary error: any Error) -> String? {
        if let error = error as? StoreError { return error.temporaryMessage }
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
