internal import Glibc

/// Checks the row of a claimed run before it is used. Another program may have written the row, and the row decides
/// which queue's rules apply.
struct RowCheck {
    let home: LaunchHome
    /// Whether the server of the store sets the author of each run, so that accounts of this machine say nothing.
    let serverSetsAuthors: Bool
    /// Asks the account database of the machine.
    var lookUp: @Sendable (uid_t) -> SystemUser.Answer = SystemUser.lookUp

    /// - Throws: `LaunchError` of kind `.invalid` with every value of the row that no submit writes. `BackendError` of
    ///   category `.unavailable` if the author cannot be checked now; the row may be correct.
    func refuse(_ record: RunRecord) throws {
        let spec = record.spec
        var mistakes: [String] = []
        for (what, row, asked) in [
            ("queue", record.queue, spec.queue), ("resource", record.resource, spec.resource),
            ("project", record.project, spec.project), ("name", record.name, spec.name ?? record.id.rawValue),
            ("author", record.author, spec.author), ("priority", record.priority.rawValue, spec.priority.rawValue),
        ] where row != asked {
            mistakes.append(
                "the row's \(what) is \(Wording.quoted(row ?? "none")), and its spec says \(Wording.quoted(asked ?? "none"))"
            )
        }
        if let accounts = try accounts(), !accounts.contains(spec.author) {
            mistakes.append(
                "the author \(Wording.quoted(spec.author)) is not an account that can write to \(home.path): "
                    + Wording.either(accounts))
        }
        if record.attempts == 0, record.state == .claimed, record.stage != .unresolved {
            mistakes.append("the row has values of a later stage, and no stage has begun")
        }
        guard !mistakes.isEmpty else { return }
        throw LaunchError(
            .invalid, "The row of run \(record.id) is not one that 'launch submit' writes.",
            hint: "Submit the run again.", diagnostics: mistakes.map { Diagnostic(.error, $0) })
    }

    /// The accounts that can write rows; nil if the mode of the folder lets other accounts write too.
    private func accounts() throws(BackendError) -> [String]? {
        var information = stat()
        guard !serverSetsAuthors, stat(home.path, &information) == 0, information.st_mode & 0o022 == 0 else {
            return nil
        }
        var names: [String] = []
        for id in [information.st_uid, getuid(), 0] {
            switch lookUp(id) {
            case .name(let name): names.append(name)
            case .failed(let code):
                throw BackendError(
                    .unavailable,
                    "The author of the run cannot be checked, because the account database does not answer for user "
                        + "\(id): \(String(cString: strerror(code))).",
                    hint: "Try 'getent passwd \(id)', and look at the open files of the agent.")
            }
        }
        return names.uniqued
    }
}
