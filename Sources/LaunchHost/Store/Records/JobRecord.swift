/// One version of a stored job.
public struct JobRecord: Sendable, Hashable, Codable {
    /// The job's name.
    public var name: String
    /// The number of the version, from 1. A number is never used twice while the job exists.
    public var version: Int
    /// The aliases that point to this version, sorted. The newest version has the alias `latest`.
    public var aliases: [String]
    /// The project of its runs, if their submitter names none.
    public var project: String
    /// Where the image comes from.
    public var source: Source
    /// When this version was created.
    public var createdAt: Timestamp
    /// Why its source cannot be read; nil if it can. The record then has an empty source.
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

/// A reference to a version of a job, as users write it: `train`, `train:best`, `train:v3`.
public struct JobReference: Sendable, Hashable, CustomStringConvertible {
    /// The alias of the newest version.
    public static let latest = "latest"

    /// How a version is named.
    public enum Version: Sendable, Hashable {
        /// The version with this alias.
        case alias(String)
        /// The version with this number.
        case number(Int)
    }

    /// The name of the job.
    public var name: String
    /// The version; nil if the text names only the job, which means its newest version.
    public var version: Version?

    /// Reads a reference.
    /// - Throws: `.invalid` if `text` is not a reference.
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
                .invalid, "'\(text)' is not a reference to a job.", hint: "Write NAME, NAME:ALIAS or NAME:v3.")
        }
    }

    /// The reference as users write it.
    public var description: String {
        switch version {
        case .alias(let alias): "\(name):\(alias)"
        case .number(let number): "\(name):v\(number)"
        case nil: name
        }
    }
}
