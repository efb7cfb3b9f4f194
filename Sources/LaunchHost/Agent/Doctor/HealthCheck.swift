/// One result of `launch doctor`.
public struct HealthCheck: Sendable {
    /// The result of a check.
    public enum Status: String, Sendable, Codable {
        /// No problem was found.
        case ok
        /// It works, but possibly not as intended.
        case warn
        /// It does not work.
        case fail
    }

    /// The result.
    public var status: Status
    /// What was checked: `environment local`, `queue train`.
    public var what: String
    /// What was found.
    public var detail: String
    /// What the user can do about it.
    public var hint: String?
    /// For a failure, the kind of error.
    public var kind: LaunchError.Kind?

    public init(
        _ status: Status, _ what: String, _ detail: String, hint: String? = nil, kind: LaunchError.Kind? = nil
    ) {
        self.status = status
        self.what = what
        self.detail = detail
        self.hint = hint
        self.kind = kind
    }

    /// Converts an error to the result of a check.
    init(_ what: String, _ error: any Error) {
        let shown =
            switch error {
            case let error as LaunchError: error
            case let error as StoreError: LaunchError(error)
            case let error as BackendError: LaunchError(error)
            default: LaunchError(.internalFault, "\(error)")
            }
        // All places are shown, so that a configuration can be corrected in one pass.
        let places = shown.diagnostics.prefix(20).map { diagnostic -> String in
            let position = [diagnostic.file, diagnostic.line.map(String.init), diagnostic.column.map(String.init)]
            let words = position.compactMap { $0 }.joined(separator: ":")
            return words.isEmpty ? diagnostic.message : "\(words): \(diagnostic.message)"
        }
        let place = places.isEmpty ? nil : " " + places.joined(separator: "; ")
        self.init(
            .fail, what, shown.message + (place ?? ""), hint: shown.hint ?? shown.diagnostics.first?.hint,
            kind: shown.kind)
    }
}

extension HealthCheck: Encodable {
    private enum CodingKeys: String, CodingKey {
        case status, what, detail, hint
    }
}
