internal import LaunchHost

/// What a request is accompanied by and never sends: what else to try, and what rendering had to say.
struct RequestNotes: Sendable, Hashable, Codable {
    /// Which attempt it is, from 1.
    var attempt = 1
    /// The instance types to try in turn, the first attempt's first; empty where there is nothing to choose.
    var instanceTypes: [String] = []
    /// Where each of them stands in the queue's `instance_types`; null for the request's own type. Requests of older
    /// programs do not say it.
    var typePlaces: [Int?]?
    /// The job's name where the template gives it.
    var givenName: String?
    /// The image, with what its name in the document does not tell: for which platform it is.
    var image: PinnedImage?
    /// The role whose credentials a rehearsal gets, where the queue names one.
    var rehearsalRole: String?
    /// The session policy of these credentials, as JSON.
    var rehearsalPolicy: String?
    /// What rendering found.
    var findings: [Finding] = []

    init() {}

    /// The notes of a request; none where it has none.
    init(_ request: RunRequest) {
        self = (try? request.notes?.decode(RequestNotes.self)) ?? RequestNotes()
    }

    mutating func say(
        _ severity: Finding.Severity, at path: FieldPath, _ message: String, hint: String? = nil, rule: String? = nil,
        isSettledLater: Bool? = nil
    ) {
        findings.append(
            Finding(severity, at: path, message, hint: hint, rule: rule, isSettledLater: isSettledLater))
    }
}
