internal import LaunchAWS
internal import LaunchCrypto
internal import LaunchPluginKit

/// The tags that link a training job to its run.
enum RunTags {
    /// The run's ID.
    static let run = "launch:run"
    /// The run's project.
    static let project = "launch:project"
    /// The number of the run's attempt.
    static let attempt = "launch:attempt"
    /// The fingerprint of the request, by which a run recognises its own job.
    static let fingerprint = "launch:request"

    /// The template's tags and launch's own tags. launch's own replace tags of the template with the same key. A value
    /// that is not a list is returned unchanged, so that validation reports it.
    static func merged(_ template: JSONValue?, _ job: ResolvedJob) -> JSONValue {
        if let template, template != .null, template.arrayValue == nil { return template }
        var own = [
            (run, job.runID.rawValue), ("launch:name", job.runName), (project, job.project),
            ("launch:submitter", job.author), (attempt, "1"),
        ]
        if let queue = job.queue { own.append(("launch:queue", queue)) }
        let names = Set(own.map(\.0) + [fingerprint])
        let others = (template?.arrayValue ?? []).filter { !names.contains($0["Key"]?.stringValue ?? "") }
        return .array(others + own.map { tag($0, TagText.clean($1)) })
    }

    /// The request with its notes and with the fingerprint of its whole content.
    static func fingerprinted(_ request: RunRequest, notes: RequestNotes) -> RunRequest {
        var request = request
        request.notes = try? JSONValue(encoding: notes)
        if let wrong = request.document["Tags"], wrong.arrayValue == nil { return request }
        var tags = (request.document["Tags"]?.arrayValue ?? []).filter { $0["Key"]?.stringValue != fingerprint }
        var members = request.document.objectValue ?? [:]
        members["Tags"] = .array(tags)
        let bytes = (try? JSON.canonicalData(JSONValue.object(members))).map { [UInt8]($0) } ?? []
        tags.append(tag(fingerprint, String(SHA256.hex(bytes).prefix(32))))
        members["Tags"] = .array(tags)
        request.document = .object(members)
        return request
    }

    /// The value of a tag in a request.
    static func value(_ key: String, in document: JSONValue) -> String? {
        document["Tags"]?.arrayValue?.first { $0["Key"]?.stringValue == key }?["Value"]?.stringValue
    }

    static func tag(_ key: String, _ value: String) -> JSONValue {
        .object(["Key": .string(key), "Value": .string(value)])
    }
}
