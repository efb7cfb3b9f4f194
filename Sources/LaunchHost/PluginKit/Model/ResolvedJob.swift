/// The result of the resolve stage: the spec combined with the queue's template, with variables and macros expanded.
///
/// Only `${image_uri}` is not expanded yet, because the image is unknown.
public struct ResolvedJob: Sendable, Hashable, Codable {
    /// The run of the job.
    public var runID: RunID
    /// The name of the run that people see.
    public var runName: String
    /// The project.
    public var project: String
    /// The team or user that owns the project.
    public var entity: String
    /// The account that submitted the run.
    public var author: String
    /// The queue, if there is one.
    public var queue: String?
    /// The type of the runner that the template is for.
    public var resource: String
    /// The source of the image.
    public var source: Source
    /// Replaces the entry point of the image; nil keeps it.
    public var entryPoint: [String]?
    /// Arguments after the entry point.
    public var arguments: [String]
    /// The run's configuration.
    public var runConfig: [String: JSONValue]
    /// Numbers of the run's configuration as the user typed them, if their JSON text differs.
    public var numerals: [String: String]?
    /// Environment variables that the submitter sets.
    public var environment: [String: String]
    /// The template of the backend's request, with overrides applied and placeholders expanded.
    public var template: JSONValue
    /// The options of the rehearsal, adjusted to the queue's rules.
    public var rehearsal: RehearsalOptions?
    /// The retry rules of the queue, if it has any.
    package var retry: RetryRules?
    /// Whether other people than the queue's owner submit to the queue: its file has `allow_overrides`. A local runner
    /// then restricts its containers.
    public var isShared: Bool?
    /// Whether the queue refuses an image that cannot be pinned to a digest.
    public var demandsPin: Bool?
    /// The header `traceparent` for the run's program, whose parent is the span of the run; nil if the run is not traced.
    package var traceParent: String?

    public init(
        runID: RunID, runName: String, project: String, entity: String, author: String, queue: String? = nil,
        resource: String, source: Source, entryPoint: [String]? = nil, arguments: [String] = [],
        runConfig: [String: JSONValue] = [:], environment: [String: String] = [:],
        template: JSONValue = .object([:]), rehearsal: RehearsalOptions? = nil,
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
        self.isShared = isShared
        self.demandsPin = demandsPin
    }
}

/// The retry policy of a queue for temporary backend errors: the key `retry` of its file.
package struct RetryRules: Sendable, Hashable, Codable {
    /// The maximum number of attempts of one run in the backend, from 1; nil means as many as the runner offers.
    package var attempts: Int?
    /// The maximum time in seconds that a run waits while its backend refuses it for quota, throttling or an
    /// unavailable service; nil means no limit.
    package var waitSeconds: Double?

    /// Creates rules; without arguments, nothing is limited.
    package init(attempts: Int? = nil, waitSeconds: Double? = nil) {
        self.attempts = attempts
        self.waitSeconds = waitSeconds
    }

    /// The keys of `retry` in a queue's file.
    package static let fields = [
        Field(
            "attempts", .integer(1...100), example: "3",
            help:
                "The maximum number of attempts of one run if the backend lacks machines. None: all that the template names."
        ),
        Field(
            "wait", .duration, example: "12h",
            help: "How long a run waits for quota, or for a service that throttles or is unavailable. None: no limit."),
    ]
}

/// The input of a runner's `render`: a resolved job with a pinned image and a fully expanded template.
public struct RunnableJob: Sendable, Hashable, Codable {
    /// The job. Its template is fully expanded.
    public var job: ResolvedJob
    /// The image; `.noImage` for a job without one.
    public var image: PinnedImage
    /// The result of the runner's `facts`; empty if no service was called.
    public var facts: [String: String]
    /// The code that the job reads as an input channel; nil for a job without. Only a `CodeCarrying` runner gets it.
    public var code: JobCode?

    public init(job: ResolvedJob, image: PinnedImage, facts: [String: String] = [:], code: JobCode? = nil) {
        self.job = job
        self.image = image
        self.facts = facts
        self.code = code
    }
}

/// The backend's own request, which can be shown, stored, validated and sent.
public struct RunRequest: Sendable, Hashable, Codable {
    /// The type of the runner that rendered it.
    public var runner: String
    /// The document of the request: for SageMaker, the body of `CreateTrainingJob`.
    public var document: JSONValue
    /// Additional values of the runner that are never sent, such as alternatives for the next attempt.
    public var notes: JSONValue?
    /// The submitter's options of a rehearsal. They are not part of the sent document.
    public var rehearsal: RehearsalOptions?
    /// Whether other people than the owner submit to the job's queue. It is not part of the sent document.
    public var isShared: Bool?
    /// The folder of this machine with the run's code, for a runner that reads it here (`CodeCarrying.readsCodeHere`). It is
    /// not part of the sent document.
    public var codeFolder: String?

    public init(
        runner: String, document: JSONValue, notes: JSONValue? = nil, rehearsal: RehearsalOptions? = nil
    ) {
        self.runner = runner
        self.document = document
        self.notes = notes
        self.rehearsal = rehearsal
    }
}
