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
    /// Environment variables that the submitter asked for.
    public var environment: [String: String]
    /// The backend's request template, overridden and expanded.
    public var template: JSONValue

    /// A resolved job from its parts.
    public init(
        runID: RunID, runName: String, project: String, entity: String, author: String, queue: String? = nil,
        resource: String, source: Source, entryPoint: [String]? = nil, arguments: [String] = [],
        runConfig: [String: JSONValue] = [:], environment: [String: String] = [:],
        template: JSONValue = .object([:])
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
    }
}

/// What a runner renders: a resolved job whose image is pinned and whose template has no macro left.
public struct RunnableJob: Sendable, Hashable, Codable {
    /// The job; its template is fully expanded.
    public var job: ResolvedJob
    /// The image, by digest.
    public var image: PinnedImage

    /// A runnable job from its parts.
    public init(job: ResolvedJob, image: PinnedImage) {
        self.job = job
        self.image = image
    }
}

/// The backend's own request, ready to be shown, stored, checked and sent.
public struct RunRequest: Sendable, Hashable, Codable {
    /// The type of the runner that rendered it.
    public var runner: String
    /// The document: for SageMaker, the body of `CreateTrainingJob`.
    public var document: JSONValue
    /// What the submitter asks of a rehearsal of it. No part of what is sent.
    public var rehearsal: RehearsalOptions?

    /// A request from its parts.
    public init(runner: String, document: JSONValue, rehearsal: RehearsalOptions? = nil) {
        self.runner = runner
        self.document = document
        self.rehearsal = rehearsal
    }
}
