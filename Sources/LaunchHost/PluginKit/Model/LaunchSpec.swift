/// The request of a submitter, before it is resolved with a queue and a plugin.
///
/// `launch submit` stores it, a `--spec FILE` contains it, and the pipeline begins with it.
package struct LaunchSpec: Sendable, Hashable, Codable {
    /// The project of a spec that names none.
    package static let defaultProject = "default"

    /// The source of the run's image; exactly one.
    package var source: Source
    /// The name of the run that people see; nil means the run ID.
    package var name: String?
    /// The project that the run belongs to.
    package var project: String
    /// The team or user that owns the project.
    package var entity: String
    /// The account that submits.
    package var author: String
    /// The resource, e.g. `sagemaker`; for a run with a queue, that of the queue.
    package var resource: String
    /// The queue; nil for a run without one.
    package var queue: String?
    /// The priority in the queue.
    package var priority: Priority
    /// The submitter's changes to the job and to the queue's template.
    package var overrides: Overrides
    /// Whether a local engine executes the remote backend's request. It is stored with the run, so that an agent that
    /// adopts the run never sends the request to the backend.
    package var rehearse: Bool
    /// The options of the rehearsal. They do not decide whether the run is rehearsed.
    package var rehearsal: RehearsalOptions?
    /// The place of the run in a distributed trace, as the header `traceparent`; nil if the run is not traced.
    package var traceParent: String?

    package init(
        source: Source, name: String? = nil, project: String, entity: String, author: String, resource: String,
        queue: String? = nil, priority: Priority = .medium, overrides: Overrides = Overrides(),
        rehearse: Bool = false, rehearsal: RehearsalOptions? = nil, traceParent: String? = nil
    ) {
        self.traceParent = traceParent
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

/// The source of a run's image.
public enum Source: Sendable, Hashable {
    /// An existing image, as the user wrote it.
    case image(String)
    /// A folder to build, stored as a snapshot.
    case code(Code)
    /// A git commit to fetch and build.
    case git(Git)
    /// No source of its own: the run has the image or algorithm that the template of the backend's request names, or
    /// none. The resolve stage decides.
    case template
    /// An algorithm of the backend, by its name in the request. Only in resolved jobs.
    case algorithm(String)
    /// No image, because the runner needs none. Only in resolved jobs.
    case noImage
}

/// In JSON it has one member, named after the kind: `{"image": "busybox:1"}`, `{"git": {…}}`, `{"template": true}`.
extension Source: Codable {
    private enum Key: String, CodingKey {
        case image, code, git, template, algorithm, noImage
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let image = try container.decodeIfPresent(String.self, forKey: .image) {
            self = .image(image)
        } else if let code = try container.decodeIfPresent(Code.self, forKey: .code) {
            self = .code(code)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .algorithm) {
            self = .algorithm(name)
        } else if try container.decodeIfPresent(Bool.self, forKey: .template) == true {
            self = .template
        } else if try container.decodeIfPresent(Bool.self, forKey: .noImage) == true {
            self = .noImage
        } else {
            self = .git(try container.decode(Git.self, forKey: .git))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .image(let image): try container.encode(image, forKey: .image)
        case .code(let code): try container.encode(code, forKey: .code)
        case .git(let git): try container.encode(git, forKey: .git)
        case .template: try container.encode(true, forKey: .template)
        case .algorithm(let name): try container.encode(name, forKey: .algorithm)
        case .noImage: try container.encode(true, forKey: .noImage)
        }
    }
}

extension Source {
    /// The content of a folder at the time of the submit.
    public struct Code: Sendable, Hashable, Codable {
        /// The name of the snapshot in the source store: a SHA-256 in hex.
        public var snapshot: String
        /// A description of the folder, for people.
        public var origin: String
        /// The Dockerfile's path in the folder; empty for a code channel.
        public var dockerfile: String
        /// How the folder reaches the job without a build; nil if an image is built from it.
        public var channel: CodeChannel?

        public init(snapshot: String, origin: String, dockerfile: String, channel: CodeChannel? = nil) {
            self.snapshot = snapshot
            self.origin = origin
            self.dockerfile = dockerfile
            self.channel = channel
        }
    }

    /// A commit of a git repository.
    public struct Git: Sendable, Hashable, Codable {
        /// The address of the repository: `https://`, `ssh://`, `git@host:path` or `file://`.
        public var url: String
        /// The full commit ID of the submitter's branch or tag at the time of the submit.
        public var commit: String
        /// The branch, tag or commit as the submitter wrote it.
        public var version: String
        /// The Dockerfile's path in the repository; empty for a code channel.
        public var dockerfile: String
        /// How the commit reaches the job without a build; nil if an image is built from it.
        public var channel: CodeChannel?

        public init(url: String, commit: String, version: String, dockerfile: String, channel: CodeChannel? = nil) {
            self.url = url
            self.commit = commit
            self.version = version
            self.dockerfile = dockerfile
            self.channel = channel
        }
    }
}

/// The priority of a run in its queue. Within one priority, the oldest run comes first.
package enum Priority: String, Sendable, Codable, CaseIterable, Comparable {
    /// Before all others.
    case critical
    /// Before runs without a priority.
    case high
    /// The priority of runs that name none.
    case medium
    /// After all others.
    case low

    /// The order in the store: 0 is the most urgent.
    package var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// A more urgent priority is smaller.
    package static func < (left: Priority, right: Priority) -> Bool { left.rank < right.rank }
}

/// The submitter's changes to the job and to the queue's template.
package struct Overrides: Sendable, Hashable, Codable {
    /// Replaces the entry point of the image.
    package var entryPoint: [String]?
    /// Arguments after the entry point.
    package var arguments: [String]
    /// The run's configuration: hyperparameters on SageMaker.
    package var runConfig: [String: JSONValue]
    /// Numbers of the run's configuration as the user typed them, if their JSON text differs: see `Numeral`.
    package var numerals: [String: String]?
    /// Environment variables of the container.
    package var environment: [String: String]
    /// Values that are merged into the queue's template, member by member.
    package var resourceArguments: JSONValue?
    /// Single values that are set in the template after the merge, in order.
    package var settings: [Setting]
    /// Values of the queue's template variables.
    package var variables: [String: JSONValue]

    /// One option `--set PATH=VALUE`.
    package struct Setting: Sendable, Hashable, Codable {
        /// The path in the template.
        package var path: FieldPath
        /// The new value.
        package var value: JSONValue

        package init(path: FieldPath, value: JSONValue) {
            self.path = path
            self.value = value
        }
    }

    /// Creates overrides; without arguments, they change nothing.
    package init(
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
