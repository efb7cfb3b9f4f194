internal import LaunchConsole
internal import LaunchHost

/// The services that may take a role, as the parts of the configuration declare them.
struct RoleTrust {
    private let holder: Permission.Holder
    private let documents: [String: JSONValue]

    init(of holder: Permission.Holder, parts: [any Sendable]) {
        self.holder = holder
        documents = parts.compactMap { ($0 as? any Permitted)?.trust(of: holder) }
            .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }

    /// The trust policy for a service. Without a name, the only one.
    /// - Throws: `LaunchError` of kind `.invalid` that lists the services.
    func document(for service: String?, _ context: CommandContext) throws -> JSONValue {
        let names = documents.keys.sorted()
        guard let name = service ?? (names.count == 1 ? names[0] : nil), let document = documents[name] else {
            let what =
                service.map { "\(Wording.quoted($0)) is not a service that takes the role of the \(holder.rawValue)." }
                ?? "--trust is missing: the service that takes the role of the \(holder.rawValue)."
            guard !names.isEmpty else {
                throw LaunchError(
                    .invalid,
                    "The configuration and the queues name no service that takes the role of the \(holder.rawValue).",
                    hint: holder == .job
                        ? "Name the queue with --queue, or its file with --file."
                        : "Set 'environment' in launch-config.yaml.")
            }
            throw LaunchError(
                .invalid, what,
                hint: "Use \(names.map { "--trust \($0)" }.joined(separator: ", or ")).")
        }
        let blanks = try JSON.canonical(document).matches(of: /<[A-Z_]+>/).map { String($0.output) }.uniqued
        if !blanks.isEmpty { context.note("replace \(Wording.all(blanks.sorted())) in the trust policy") }
        return document
    }
}
