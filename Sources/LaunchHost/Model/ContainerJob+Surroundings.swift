extension ContainerJob {
    /// What stands around a job's containers where one plain container is not all: hosts, files, inputs, folders that are
    /// kept the same as others, and what becomes of the results. A rehearsal says in it what the remote backend does.
    ///
    /// All paths of the container are absolute.
    public struct Surroundings: Sendable, Hashable, Codable {
        /// The containers, one a host, in the order in which their logs and results are merged; at least one.
        public var hosts: [Host]
        /// Whether the hosts reach nothing but each other. They have a network of their own in any case, so that the
        /// containers of two jobs never meet.
        public var isIsolated: Bool
        /// Folders that are made in every container before it starts, parents first.
        public var folders: [Folder]
        /// What is placed in the containers before they start.
        public var inputs: [Input]
        /// Folders of the containers that are kept the same as a place outside.
        public var synced: [SyncedFolder]
        /// What is packed and kept when all hosts have ended, in this order.
        public var results: [Result]
        /// Where a host that fails says why; nil where there is no such file.
        public var failure: FailureFile?
        /// An interruption to be rehearsed; nil for none.
        public var drill: Drill?
        /// Whether the hosts get short-lived credentials of the environment through an endpoint, and the variables that
        /// point to it. The environment must be `CredentialsOffering`.
        public var offersCredentials: Bool
        /// The role whose credentials they get; nil for the environment's own.
        public var role: AssumedRole?
        /// Whether GPUs and limits that the machine does not have are left away with a note, instead of failing.
        public var isLenient: Bool

        /// Surroundings from their parts.
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
}

extension ContainerJob.Surroundings {
    /// One container of the job.
    public struct Host: Sendable, Hashable, Codable {
        /// Its host name, by which the others find it: `algo-1`. Letters, digits and dashes, at most 63.
        public var name: String
        /// Variables on top of the job's.
        public var environment: [String: String]
        /// Files that are placed in it before it starts; missing folders above them are made.
        public var files: [File]

        /// A host from its parts.
        public init(name: String, environment: [String: String] = [:], files: [File] = []) {
            self.name = name
            self.environment = environment
            self.files = files
        }
    }

    /// A small file.
    public struct File: Sendable, Hashable, Codable {
        /// Where in the container.
        public var path: String
        /// What is in it.
        public var content: String
        /// Its permissions, e.g. 0o644.
        public var mode: UInt16

        /// A file from its parts.
        public init(path: String, content: String, mode: UInt16 = 0o644) {
            self.path = path
            self.content = content
            self.mode = mode
        }
    }

    /// A folder of the container.
    public struct Folder: Sendable, Hashable, Codable {
        /// Where in the container.
        public var path: String
        /// Its permissions; they are set where the image has the folder already, too.
        public var mode: UInt16

        /// A folder from its parts.
        public init(path: String, mode: UInt16 = 0o777) {
            self.path = path
            self.mode = mode
        }
    }

    /// Where a failing host says why.
    public struct FailureFile: Sendable, Hashable, Codable {
        /// Where in the container.
        public var path: String
        /// How many characters of it, from the first, become the cause's message.
        public var limit: Int

        /// A failure file from its parts.
        public init(path: String, limit: Int = 1024) {
            self.path = path
            self.limit = limit
        }
    }

    /// An interruption: all hosts are stopped, their containers and what is in them are given up, and new ones start with
    /// the synced folders as they were at the interruption. It comes once.
    public struct Drill: Sendable, Hashable, Codable {
        /// Seconds from the start of the hosts to the interruption; a job that has ended by then is not interrupted.
        public var afterSeconds: Int
        /// Seconds between SIGTERM and SIGKILL.
        public var graceSeconds: Int

        /// A drill from its parts.
        public init(afterSeconds: Int, graceSeconds: Int = 120) {
            self.afterSeconds = afterSeconds
            self.graceSeconds = graceSeconds
        }
    }
}
