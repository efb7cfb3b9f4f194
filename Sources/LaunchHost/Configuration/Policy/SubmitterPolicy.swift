/// The permissions of a submitter in addition to changes of the template: the `allow_…` keys of the queue's file.
///
/// The resolve stage applies it at `plan`, `submit` and `run`, and again after an agent has claimed the run, because a
/// row of the store may come from an older client. A missing key denies if the file has `allow_overrides`, and allows
/// otherwise. Credentials are always denied without their key.
public struct SubmitterPolicy: Sendable, Hashable, Codable {
    /// Whether a run may be rehearsed on the agent's container engine.
    public var rehearse: Bool?
    /// Whether a rehearsal's containers may get credentials.
    public var credentials: Bool?
    /// The images that may run.
    public var images: Allowance?
    /// Whether an image may run that cannot be pinned to a digest.
    public var unpinned: Bool?
    /// The git repositories that may be built.
    public var git: Allowance?
    /// The folders whose snapshots may be built.
    public var sourceFolders: Allowance?
    /// Whether code may run beside an image that is not built from it; `sourceFolders` and `git` say which code.
    public var code: Bool?
    /// The folders of this machine that a rehearsal may read and write.
    public var folders: Allowance?
    /// The allowed projects, in addition to `default`.
    public var projects: Allowance?
    /// The allowed names of runs.
    public var names: Allowance?
    /// The allowed entities, in addition to the author's own name.
    public var entities: Allowance?
    /// The highest allowed priority.
    package var maxPriority: Priority?

    /// Creates a policy; nil means that the queue's file does not have the key.
    package init(
        rehearse: Bool? = nil, credentials: Bool? = nil, images: Allowance? = nil, unpinned: Bool? = nil,
        git: Allowance? = nil, sourceFolders: Allowance? = nil, code: Bool? = nil, folders: Allowance? = nil,
        projects: Allowance? = nil, names: Allowance? = nil, entities: Allowance? = nil, maxPriority: Priority? = nil
    ) {
        self.rehearse = rehearse
        self.credentials = credentials
        self.images = images
        self.unpinned = unpinned
        self.git = git
        self.sourceFolders = sourceFolders
        self.code = code
        self.folders = folders
        self.projects = projects
        self.names = names
        self.entities = entities
        self.maxPriority = maxPriority
    }

    /// A policy that allows everything, even if the file has `allow_overrides`.
    package static let unlimited = SubmitterPolicy(
        rehearse: true, credentials: true, images: .any, unpinned: true, git: .any, sourceFolders: .any, code: true,
        folders: .any, projects: .any,
        names: .any, entities: .any, maxPriority: .critical)

    /// Whether the queue's file has none of the keys.
    var isEmpty: Bool { self == SubmitterPolicy() }

    /// Whether no source is allowed, so that every submit is refused.
    func allowsNoSource(isLocked: Bool) -> Bool {
        [images, git, sourceFolders].allSatisfy { ($0 ?? (isLocked ? .only([]) : .any)) == .only([]) }
    }
}
