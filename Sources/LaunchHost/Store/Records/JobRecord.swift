/// One version of a stored job.
public struct JobRecord: Sendable, Hashable, Codable {
    /// The job's name.
    public var name: String
    /// From 1; a number is never given twice while the job exists.
    public var version: Int
    /// The names that point at this version, `latest` among them for the newest; sorted.
    public var aliases: [String]
    /// The project that its runs belong to, where their submitter names none.
    public var project: String
    /// Where the image comes from.
    public var source: Source
    /// When this version was made.
    public var createdAt: Timestamp
    /// Why its source cannot be read; nil where it can. The record then has an empty one.
    public var damage: String?

    init(_ row: Row, aliases: [String]) throws(StoreError) {
        name = try row.text("name")
        version = Int(clamping: try row.integer("version"))
        self.aliases = aliases
        project = row.optionalText("project") ?? LaunchSpec.defaultProject
        var values = StoredValues(row)
        source = values.required("source") ?? .image("")
        createdAt = try row.time("created_at")
        damage = values.damage
    }
}

/// How people name a version of a job: `train`, `train:best`, `train:v3`.
public struct JobReference: Sendable, Hashable, CustomStringConvertible {
    /// The alias of the newest version.
    public static let latest = "latest"

    /// Which version.
    public enum Version: Sendable, Hashable {
        /// The version with that alias.
        case alias(String)
        /// The version with that number.
        case number(Int)
    }

    /// The job.
    public var name: String
    /// Which version; nil where the text names the job alone, which then means the newest.
    public var version: Version?

    /// Reads a reference.
    /// - Throws: `.invalid` where `text` is none.
    public init(parsing text: String) throws(StoreError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts.first ?? "")
        try Names.check(name, of: "job")
        guard parts.count == 2, let alias = parts.last else { return }
        if let number = alias.wholeMatch(of: /v([0-9]+)/).flatMap({ Int($0.1) }) {
            version = .number(number)
        } else if alias.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/) != nil {
            version = .alias(String(alias))
        } else {
            throw StoreError(
                .invalid, "'\(text)' names no version of a job.", hint: "Write NAME, NAME:ALIAS or NAME:v3.")
        }
    }

    /// The text.
    public var description: String {
        switch version {
        case .alias(let alias): "\(name):\(alias)"
        case .number(let number): "\(name):v\(number)"
        case nil: name
        }
    }
}
