/// One line of what `launch doctor` finds.
public struct HealthCheck: Sendable {
    /// How it stands.
    public enum Status: String, Sendable, Codable {
        /// As it should be.
        case ok
        /// It works, and may not do what is wanted.
        case warn
        /// It does not work.
        case fail
    }

    /// How it stands.
    public var status: Status
    /// What was looked at: `environment local`, `queue train`.
    public var what: String
    /// What was found.
    public var detail: String
    /// What to do about it.
    public var hint: String?
    /// For a failure, what kind of error it is.
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

    /// What an error means for what was looked at.
    init(_ what: String, _ error: any Error) {
        let shown =
            switch error {
            case let error as LaunchError: error
            case let error as StoreError: LaunchError(error)
            case let error as BackendError: LaunchError(error)
            default: LaunchError(.internalFault, "\(error)")
            }
        // All of them, so that a configuration can be corrected in one go.
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
