/// The rehearsal plan: the parts of a container job beyond one plain container. These are hosts, files, inputs,
/// synchronized folders and results. With it, a rehearsal describes what the remote backend does.
///
/// All paths in the container are absolute.
public struct RehearsalPlan: Sendable, Hashable, Codable {
    /// The containers, one per host, in the order in which their logs and results are merged; at least one.
    public var hosts: [Host]
    /// Whether the hosts can reach only each other. In any case they have their own network, so that the containers
    /// of two jobs cannot reach each other.
    public var isIsolated: Bool
    /// Folders to create in every container before it starts, parents first.
    public var folders: [Folder]
    /// Data to place in the containers before they start.
    public var inputs: [Input]
    /// Folders of the containers that are synchronized with an external location.
    public var synced: [SyncedFolder]
    /// What to pack and keep when all hosts have ended, in this order.
    public var results: [Result]
    /// The file in which a failing host states the reason; nil means none.
    public var failure: FailureFile?
    /// An interruption to simulate; nil means none.
    public var drill: Drill?
    /// Whether the hosts get short-lived credentials of the environment through an endpoint, and the variables that
    /// point to it. The environment must conform to `CredentialsOffering`.
    public var offersCredentials: Bool
    /// The role whose credentials the hosts get; nil means the environment's own credentials.
    public var role: AssumedRole?
    /// Whether GPUs and limits that the machine cannot provide are omitted with a note; otherwise the job fails.
    public var isLenient: Bool

    public init(
        hosts: [Host], isIsolated: Bool = false, folders: [Folder] = [], inputs: [Input] = [],
        synced: [SyncedFolder] = [], results: [Result] = [], failure: FailureFile? = nil, drill: Drill? = nil,
        offersCredentials: Bool = false, role: AssumedRole? = nil, isLenient: Bool = false
    ) {
        self.hosts = hosts
        self.isIsolated = isIsolated
        self.folders = folders
        self.inputs = inputs
        self.synced = synced
        self.results = results
        self.failure = failure
        self.drill = drill
        self.offersCredentials = offersCredentials
        self.role = role
        self.isLenient = isLenient
    }
}

extension RehearsalPlan {
    /// One container of the job.
    public struct Host: Sendable, Hashable, Codable {
        /// The host name, by which the other hosts find it: `algo-1`. At most 63 letters, digits and dashes.
        public var name: String
        /// Environment variables in addition to those of the job.
        public var environment: [String: String]
        /// Files to place in the container before it starts; missing parent folders are created.
        public var files: [File]

        public init(name: String, environment: [String: String] = [:], files: [File] = []) {
            self.name = name
            self.environment = environment
            self.files = files
        }
    }

    /// A small file.
    public struct File: Sendable, Hashable, Codable {
        /// The path in the container.
        public var path: String
        /// The content of the file.
        public var content: String
        /// Its permissions, e.g. 0o644.
        public var mode: UInt16

        public init(path: String, content: String, mode: UInt16 = 0o644) {
            self.path = path
            self.content = content
            self.mode = mode
        }
    }

    /// A folder to create in the container.
    public struct Folder: Sendable, Hashable, Codable {
        /// The path in the container.
        public var path: String
        /// Its permissions. They are also set if the image already has the folder.
        public var mode: UInt16

        public init(path: String, mode: UInt16 = 0o777) {
            self.path = path
            self.mode = mode
        }
    }

    /// The file in which a failing host states the reason.
    public struct FailureFile: Sendable, Hashable, Codable {
        /// The path in the container.
        public var path: String
        /// The number of characters, from the first, that become the message of the cause.
        public var limit: Int

        public init(path: String, limit: Int = 1024) {
            self.path = path
            self.limit = limit
        }
    }

    /// A simulated interruption. All hosts are stopped and their containers are discarded with their content. New
    /// containers start with the synchronized folders as they were at the interruption. A job is interrupted once.
    public struct Drill: Sendable, Hashable, Codable {
        /// Seconds from the start of the hosts to the interruption. A job that ends earlier is not interrupted.
        public var afterSeconds: Int
        /// Seconds between SIGTERM and SIGKILL.
        public var graceSeconds: Int

        public init(afterSeconds: Int, graceSeconds: Int = 120) {
            self.afterSeconds = afterSeconds
            self.graceSeconds = graceSeconds
        }
    }
}
