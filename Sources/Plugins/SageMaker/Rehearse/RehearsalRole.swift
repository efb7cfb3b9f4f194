internal import LaunchAWS
internal import LaunchPluginKit

/// The role whose credentials the containers of a rehearsal get, and the session policy that limits them.
enum RehearsalRole {
    /// The largest session policy that STS accepts, in characters (`API_AssumeRole`, Policy).
    private static let longest = 2048

    /// The session policy if the queue names none: the role's own permissions, except those that could extend them.
    private static let standard = """
        {"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"},\
        {"Action":["iam:*","sts:AssumeRole*","sts:GetFederationToken","organizations:*","account:*"],"Effect":"Deny",\
        "Resource":"*"}],"Version":"2012-10-17"}
        """

    /// Moves the queue's two keys from a template into the notes, because SageMaker does not know them.
    static func take(from document: inout [String: JSONValue], into notes: inout RequestNotes) {
        let role = document.removeValue(forKey: QueueTemplate.rehearsalRole)?.stringValue
        let policy = document.removeValue(forKey: QueueTemplate.rehearsalPolicy)
        if let role, !(ARN(role).map { $0.service == "iam" && $0.resource.hasPrefix("role/") } ?? false) {
            notes.addFinding(
                .error, at: FieldPath([.member(QueueTemplate.rehearsalRole)]), "\"\(role)\" is not the ARN of a role",
                hint: "One looks like arn:aws:iam::123456789012:role/name.")
        }
        notes.rehearsalRole = role
        guard let policy else { return }
        let place = FieldPath([.member(QueueTemplate.rehearsalPolicy)])
        let parsed = policy.stringValue.map { try? JSONValue(parsing: $0) } ?? policy
        guard let parsed, parsed["Statement"] != nil, let text = try? JSON.canonical(parsed) else {
            return notes.addFinding(
                .error, at: place, "it is not an IAM policy: a mapping with Version and Statement",
                hint: "Write it as YAML, or as JSON in quotes.")
        }
        if text.utf8.count > longest {
            notes.addFinding(.error, at: place, "it has \(text.utf8.count) characters; STS takes \(longest)")
        }
        notes.rehearsalPolicy = text
    }

    /// The role for a rehearsal of a request; nil for the environment's own credentials.
    /// - Throws: `denied` if the run's queue names no role.
    static func role(of request: RunRequest, _ options: RehearsalOptions) throws(BackendError) -> AssumedRole? {
        let notes = RequestNotes(request)
        guard options.wantsCredentials else { return nil }
        if let role = notes.rehearsalRole {
            let run = RunTags.value(RunTags.run, in: request.document) ?? "run"
            return AssumedRole(
                name: role, sessionPolicy: notes.rehearsalPolicy ?? standard, session: "launch-rehearsal-\(run)")
        }
        guard options.usesOwnCredentials == true else {
            throw BackendError(
                .denied, "The queue names no role for the credentials of a rehearsal.",
                hint:
                    "The queue's owner can add '\(QueueTemplate.rehearsalRole): arn:aws:iam::ACCOUNT:role/NAME' to the "
                    + "queue's file.")
        }
        return nil
    }
}
