/// What a submitter asks for, before any queue or plugin has looked at it.
///
/// It is what `launch submit` stores, what `--spec FILE` holds, and where the pipeline begins.
public struct LaunchSpec: Sendable, Hashable, Codable {
    /// The project of what names none.
    public static let defaultProject = "default"

    /// Where the run's image comes from; exactly one.
    public var source: Source
    /// The run's name for people; its ID where none is given.
    public var name: String?
    /// The project that the run belongs to.
    public var project: String
    /// The team or user that the project belongs to.
    public var entity: String
    /// Who submits.
    public var author: String
    /// The kind of backend, e.g. `sagemaker`; the queue's where a queue is named.
    public var resource: String
    /// The queue, or nil for a run without one.
    public var queue: String?
    /// Which run of a queue goes first.
    public var priority: Priority
    /// What the submitter changes of the job and of the queue's template.
    public var overrides: Overrides
    /// Whether a remote backend's request is run by a local engine instead. Kept with the run, so that whoever takes it
    /// over never sends it for real.
    public var rehearse: Bool
    /// What the submitter asks of the rehearsal; it says nothing of whether there is one.
    public var rehearsal: RehearsalOptions?

    /// A spec from its parts.
    public init(
        source: Source, name: String? = nil, project: String, entity: String, author: String, resource: String,
        queue: String? = nil, priority: Priority = .medium, overrides: Overrides = Overrides(),
        rehearse: Bool = false, rehearsal: RehearsalOptions? = nil
    ) {
        self.source = source
        self.name = name
        self.project = project
        self.entity = entity
        self.author = author
        self.resource = resource
        self.queue = queue
        self.priority = priority
        self.overrides = overrides
        self.rehearse = rehearse
        self.rehearsal = rehearsal
    }
}

/// Where a run's image comes from.
public enum Source: Sendable, Hashable {
    /// An image that exists already, as its user wrote it.
    case image(String)
    /// A folder, kept as the snapshot of that name, to be built.
    case code(CodeSource)
    /// A git commit, to be fetched and built.
    case git(GitSource)
    /// What the backend's request names: an image, or an algorithm. The resolve stage finds which.
    case template
    /// An algorithm of the backend, by its name in the request. Only in resolved jobs.
    case algorithm(String)
}

/// As JSON one member, named after the kind: `{"image": "busybox:1"}`, `{"git": {…}}`, `{"template": true}`.
extension Source: Codable {
    private enum Key: String, CodingKey {
        case image, code, git, template, algorithm
    }

    /// Reads the one member.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let image = try container.decodeIfPresent(String.self, forKey: .image) {
            self = .image(image)
        } else if let code = try container.decodeIfPresent(CodeSource.self, forKey: .code) {
            self = .code(code)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .algorithm) {
            self = .algorithm(name)
        } else if try container.decodeIfPresent(Bool.self, forKey: .template) == true {
            self = .template
        } else {
            self = .git(try container.decode(GitSource.self, forKey: .git))
        }
    }

    /// Writes the one member.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .image(let image): try container.encode(image, forKey: .image)
        case .code(let code): try container.encode(code, forKey: .code)
        case .git(let git): try container.encode(git, forKey: .git)
        case .template: try container.encode(true, forKey: .template)
        case .algorithm(let name): try container.encode(name, forKey: .algorithm)
        }
    }
}

/// A folder's content as it was when it was submitted.
public struct CodeSource: Sendable, Hashable, Codable {
    /// The name of the snapshot in the program's own source store: a SHA-256 in hex.
    public var snapshot: String
    /// Where it was taken from, for people.
    public var origin: String
    /// The Dockerfile's path in the folder.
    public var dockerfile: String

    /// A source from its parts.
    public init(snapshot: String, origin: String, dockerfile: String) {
        self.snapshot = snapshot
        self.origin = origin
        self.dockerfile = dockerfile
    }
}

/// A commit of a git repository.
public struct GitSource: Sendable, Hashable, Codable {
    /// The repository: `https://`, `ssh://`, `git@host:path` or `file://`.
    public var url: String
    /// The full commit ID that the submitter's branch or tag stood for at submit.
    public var commit: String
    /// The branch, tag or commit as the submitter wrote it, for people.
    public var version: String
    /// The Dockerfile's path in the repository.
    public var dockerfile: String

    /// A source from its parts.
    public init(url: String, commit: String, version: String, dockerfile: String) {
        self.url = url
        self.commit = commit
        self.version = version
        self.dockerfile = dockerfile
    }
}

/// Which run of a queue goes first; within one priority, first come, first served.
public enum Priority: String, Sendable, Codable, CaseIterable, Comparable {
    /// Before all others.
    case critical
    /// Before what nobody ranked.
    case high
    /// What nobody ranked.
    case medium
    /// After all others.
    case low

    /// 0 for the most urgent, as the store orders them.
    public var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// More urgent is less.
    public static func < (left: Priority, right: Priority) -> Bool { left.rank < right.rank }
}

/// What a submitter changes of the job and of the queue's template.
public struct Overrides: Sendable, Hashable, Codable {
    /// Replaces the image's entry point.
    public var entryPoint: [String]?
    /// Arguments behind the entry point.
    public var arguments: [String]
    /// The run's configuration: hyperparameters on SageMaker.
    public var runConfig: [String: JSONValue]
    /// Numbers of the run's configuration as typed, where their JSON text is another: see `Numeral`.
    public var numerals: [String: String]?
    /// Environment variables of the container.
    public var environment: [String: String]
    /// Merged into the queue's template, member by member.
    public var resourceArguments: JSONValue?
    /// Single values set in the template after the merge, in order.
    public var settings: [Setting]
    /// Values of the queue's template variables.
    public var variables: [String: JSONValue]

    /// One `--set PATH=VALUE`.
    public struct Setting: Sendable, Hashable, Codable {
        /// Where in the template.
        public var path: FieldPath
        /// The new value.
        public var value: JSONValue

        /// A setting from its parts.
        public init(path: FieldPath, value: JSONValue) {
            self.path = path
            self.value = value
        }
    }

    /// Overrides from their parts; without any, nothing is changed.
    public init(
        entryPoint: [String]? = nil, arguments: [String] = [], runConfig: [String: JSONValue] = [:],
        environment: [String: String] = [:], resourceArguments: JSONValue? = nil, settings: [Setting] = [],
        variables: [String: JSONValue] = [:]
    ) {
        self.entryPoint = entryPoint
        self.arguments = arguments
        self.runConfig = runConfig
        self.environment = environment
        self.resourceArguments = resourceArguments
        self.settings = settings
        self.variables = variables
    }
}
