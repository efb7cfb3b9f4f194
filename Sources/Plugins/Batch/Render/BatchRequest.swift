internal import LaunchCrypto
internal import LaunchPluginKit

/// A request of this runner: the two calls that it becomes, and what only the checks need.
struct BatchRequest: Sendable {
    /// The members of the document.
    static let (definitionKey, submitKey) = ("RegisterJobDefinition", "SubmitJob")

    /// The tag with the run's ID.
    static let runTag = "launch:run"
    /// The tag with the fingerprint of the request, by which a run recognises its own job.
    static let fingerprintTag = "launch:request"

    /// The input of `RegisterJobDefinition`; nil if the queue names a definition.
    var definition: JSONValue?
    /// The input of `SubmitJob`.
    var job: [String: JSONValue]
    var notes: Notes

    /// Facts for the checks, which are not sent.
    struct Notes: Codable, Sendable, Hashable {
        /// The image as the run names it.
        var image = ""
        /// The image that the run uses.
        var reference = ""
        /// Whether the reference has a digest.
        var isPinned = false
        /// Whether a submitter replaces the entry point.
        var replacesEntryPoint = false
        /// EC2 or FARGATE.
        var platform = "EC2"
        /// Whether the template has `container_properties`.
        var hasProperties = false
        /// The variables of the template and of the submitter that launch sets itself.
        var reserved: [String] = []
        /// Whether the run's configuration is too long for a variable.
        var leavesConfigOut = false
    }

    var name: String { job["jobName"]?.stringValue ?? "" }
    var queue: String { job["jobQueue"]?.stringValue ?? "" }
    var fingerprint: String? { job["tags"]?[Self.fingerprintTag]?.stringValue }

    init(definition: JSONValue?, job: [String: JSONValue], notes: Notes) {
        (self.definition, self.job, self.notes) = (definition, job, notes)
    }

    init(_ request: RunRequest) throws(BackendError) {
        guard request.runner == BatchRunner.type, let job = request.document[Self.submitKey]?.objectValue else {
            throw BackendError(.invalid, "The request is not for runner '\(BatchRunner.type)'.")
        }
        definition = request.document[Self.definitionKey]
        self.job = job
        notes = (try? request.notes?.decode(Notes.self)) ?? Notes()
    }

    /// The request with its fingerprint.
    func request() -> RunRequest {
        var job = job
        var tags = job["tags"]?.objectValue ?? [:]
        tags[Self.fingerprintTag] = nil
        job["tags"] = .object(tags)
        tags[Self.fingerprintTag] = .string(Self.hash(document(job)))
        job["tags"] = .object(tags)
        return RunRequest(
            runner: BatchRunner.type, document: document(job), notes: try? JSONValue(encoding: notes))
    }

    private func document(_ job: [String: JSONValue]) -> JSONValue {
        var members: [String: JSONValue] = [Self.submitKey: .object(job)]
        members[Self.definitionKey] = definition
        return .object(members)
    }

    /// 32 hexadecimal digits that identify a document.
    static func hash(_ document: JSONValue) -> String {
        let bytes = (try? JSON.canonicalData(document)).map { [UInt8]($0) } ?? []
        return String(SHA256.hex(bytes).prefix(32))
    }
}
