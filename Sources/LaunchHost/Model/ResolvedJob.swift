/// What the resolve stage hands on: the spec with the queue's template, variables and macros worked in.
///
/// `${image_uri}` alone still stands in the template, because the image is not known yet.
public struct ResolvedJob: Sendable, Hashable, Codable {
    /// The run that this is for.
    public var runID: RunID
    /// The run's name for people.
    public var runName: String
    /// The project.
    public var project: String
    /// The team or user that the project belongs to.
    public var entity: String
    /// Who submitted.
    public var author: String
    /// The queue, where there is one.
    public var queue: String?
    /// The type of the runner whose request the template is.
    public var resource: String
    /// Where the image comes from.
    public var source: Source
    /// Replaces the image's entry point, where given.
    public var entryPoint: [String]?
    /// Arguments behind the entry point.
    public var arguments: [String]
    /// The run's configuration.
    public var runConfig: [String: JSONValue]
    /// Numbers of the run's configuration as typed, where their JSON text is another.
    public var numerals: [String: String]?
    /// Environment variables that the submitter asked for.
    public var environment: [String: String]
    /// The backend's request template, overridden and expanded.
    public var template: JSONValue
    /// What is asked of a rehearsal, with what the queue's rules make of it.
    public var rehearsal: RehearsalOptions?
    /// How often and how long it is tried, where the queue says so.
    public var retry: RetryRules?
    /// Whether others than the queue's owner submit to its queue: its file has `allow_overrides`. A runner on this machine
    /// then gives its containers less.
    public var isShared: Bool?
    /// Whether the queue refuses an image that cannot be pinned to a digest.
    public var demandsPin: Bool?

    /// A job whose values are settled.
    public init(
        runID: RunID, runName: String, project: String, entity: String, author: String, queue: String? = nil,
        resource: String, source: Source, entryPoint: [String]? = nil, arguments: [String] = [],
        runConfig: [String: JSONValue] = [:], environment: [String: String] = [:],
        template: JSONValue = .object([:]), rehearsal: RehearsalOptions? = nil, retry: RetryRules? = nil,
        isShared: Bool? = nil, demandsPin: Bool? = nil
    ) {
        self.runID = runID
        self.runName = runName
        self.project = project
        self.entity = entity
        self.author = author
        self.queue = queue
        self.resource = resource
        self.source = source
        self.entryPoint = entryPoint
        self.arguments = arguments
        self.runConfig = runConfig
        self.environment = environment
        self.template = template
        self.rehearsal = rehearsal
        self.retry = retry
        self.isShared = isShared
        self.demandsPin = demandsPin
    }
}

/// How often, and how long, a run is tried whose way is barred by something that may pass: a queue's `retry`.
public struct RetryRules: Sendable, Hashable, Codable {
    /// The most attempts that a backend makes of one run, from 1; nil leaves it to what the runner has to offer.
    public var attempts: Int?
    /// How long a run waits, in seconds, while its backend refuses it for quota, throttling or want of a service; nil is
    /// as long as it takes.
    public var waitSeconds: Double?

    /// Rules from their parts; without any, there is no limit.
    public init(attempts: Int? = nil, waitSeconds: Double? = nil) {
        self.attempts = attempts
        self.waitSeconds = waitSeconds
    }

    /// The keys of `retry` in a queue's file.
    static let fields = [
        Field(
            "attempts", .integer(1...100), example: "3",
            help: "The most attempts of one run where the backend lacks machines. None: all that the template names."),
        Field(
            "wait", .duration, example: "12h",
            help: "How long a run waits for quota, or a service that throttles or is away. None: as long as it takes."),
    ]
}

/// What a runner renders: a resolved job whose image is pinned and whose template has no macro left.
public struct RunnableJob: Sendable, Hashable, Codable {
    /// The job; its template is fully expanded.
    public var job: ResolvedJob
    /// The image, by digest.
    public var image: PinnedImage
    /// What the runner's `facts` answered; empty where no service was asked.
    public var facts: [String: String]

    /// A runnable job from its parts.
    public init(job: ResolvedJob, image: PinnedImage, facts: [String: String] = [:]) {
        self.job = job
        self.image = image
        self.facts = facts
    }
}

/// The backend's own request, ready to be shown, stored, checked and sent.
public struct RunRequest: Sendable, Hashable, Codable {
    /// The type of the runner that rendered it.
    public var runner: String
    /// The document: for SageMaker, the body of `CreateTrainingJob`.
    public var document: JSONValue
    /// What the runner keeps for itself beside the document and never sends: what else to try, say.
    public var notes: JSONValue?
    /// What the submitter asks of a rehearsal of it. No part of what is sent.
    public var rehearsal: RehearsalOptions?
    /// Whether the job's queue is one that others submit to. No part of what is sent.
    public var isShared: Bool?

    /// A request from its parts.
    public init(
        runner: String, document: JSONValue, notes: JSONValue? = nil, rehearsal: RehearsalOptions? = nil
    ) {
        self.runner = runner
        self.document = document
        self.notes = notes
        self.rehearsal = rehearsal
    }
}
