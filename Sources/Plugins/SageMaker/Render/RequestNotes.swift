internal import LaunchPluginKit

/// Notes that are stored with a request and never sent: further attempts, and the findings of rendering.
struct RequestNotes: Sendable, Hashable, Codable {
    /// The number of the attempt, from 1.
    var attempt = 1
    /// The instance types to try in turn, beginning with the first attempt's; empty if the queue lists none.
    var instanceTypes: [String] = []
    /// The index of each type in the queue's `instance_types`; null for the request's own type. Nil in requests of
    /// older versions.
    var typePlaces: [Int?]?
    /// The job's name, if the template gives it.
    var givenName: String?
    /// The image with its platform, which its name in the document does not contain.
    var image: PinnedImage?
    /// The role whose credentials a rehearsal gets, if the queue names one.
    var rehearsalRole: String?
    /// The session policy of these credentials, as JSON.
    var rehearsalPolicy: String?
    /// The URI below which the code of the queue's runs is; nil if the queue names none and the run has no code.
    var codeRoot: String?
    /// The digest of the run's code; nil for a run without.
    var code: String?
    /// The findings of rendering.
    var findings: [Finding] = []

    init() {}

    /// The notes of a request; empty if it has none.
    init(_ request: RunRequest) {
        self = (try? request.notes?.decode(RequestNotes.self)) ?? RequestNotes()
    }

    mutating func addFinding(
        _ severity: Finding.Severity, at path: FieldPath, _ message: String, hint: String? = nil, rule: String? = nil,
        isSettledLater: Bool? = nil
    ) {
        findings.append(
            Finding(severity, at: path, message, hint: hint, rule: rule, isSettledLater: isSettledLater))
    }
}
