internal import FoundationEssentials

/// The record of a rehearsal in its run's folder: the timeline, and the report of the rehearsed runner.
public struct RehearsalRecord: Sendable, Hashable, Codable {
    /// The timeline and the results.
    public var timeline: RehearsalTimeline
    /// The report of the rehearsed runner.
    public var report: RehearsalReport

    /// The names of the stored members. An old name stays, so that stored records can be read.
    private enum CodingKeys: String, CodingKey {
        case timeline = "course"
        case report
    }

    public init(timeline: RehearsalTimeline, report: RehearsalReport) {
        self.timeline = timeline
        self.report = report
    }

    /// The names of the outputs.
    public static let reportName = "rehearsal report"
    static let descriptionName = "backend's description"

    /// Reads the record from a run's folder.
    /// - Returns: nil if the run was not a rehearsal, or has not ended.
    public init?(in folder: String) {
        guard let data = FileManager.default.contents(atPath: Self.path(in: folder)) else { return nil }
        self.init(json: String(decoding: data, as: UTF8.self))
    }

    /// Reads the record from its JSON; nil if it is not valid.
    package init?(json: String) {
        guard let record = try? JSON.decode(RehearsalRecord.self, from: Data(json.utf8)) else { return nil }
        self = record
    }

    package static func path(in folder: String) -> String { "\(folder)/rehearsal.json" }

    /// Writes the record, and the backend's description to a separate file.
    package func write(into folder: String) throws(BackendError) -> [Outcome.Output] {
        var outputs = [Outcome.Output(name: Self.reportName, path: Self.path(in: folder))]
        do {
            let record = try JSONValue(parsing: JSON.canonical(self)).masked(by: .shared)
            let file = URL(fileURLWithPath: Self.path(in: folder))
            try JSON.canonicalData(record).write(to: file, options: .atomic)
            if let description = report.description {
                let path = "\(folder)/describe.json"
                try JSON.canonicalData(description.masked(by: .shared)).write(
                    to: URL(fileURLWithPath: path), options: .atomic)
                outputs.append(Outcome.Output(name: Self.descriptionName, path: path))
            }
        } catch {
            throw BackendError(.internalFault, "The rehearsal's report cannot be written to \(folder): \(error)")
        }
        return outputs
    }
}
