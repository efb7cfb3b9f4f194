extension ContainerJob {
    /// Restrictions of a container beyond the engine's defaults. A nil value keeps the engine's default.
    public struct Hardening: Sendable, Hashable, Codable {
        /// The maximum number of processes and threads.
        public var processes: Int64?
        /// Capabilities to drop: `NET_RAW`, or `ALL`.
        public var dropped: [String]?
        /// Capabilities to add.
        public var added: [String]?
        /// Whether set-user-ID bits and file capabilities give programs no privileges.
        public var noNewPrivileges: Bool?
        /// Whether the root file system is read-only. `/tmp` is then a file system in memory.
        public var readOnlyRoot: Bool?
        /// Folders that the container may write to. Each is an empty volume that is removed with the container.
        public var writable: [String]?
        /// Limits of the kernel by name, as `SOFT` or `SOFT:HARD`.
        public var limits: [String: String]?
        /// Size limit of the container's writable layer, in bytes.
        public var storageBytes: Int64?

        /// Creates a hardening. Every nil value keeps the engine's default.
        public init(
            processes: Int64? = nil, dropped: [String]? = nil, added: [String]? = nil, noNewPrivileges: Bool? = nil,
            readOnlyRoot: Bool? = nil, writable: [String]? = nil, limits: [String: String]? = nil,
            storageBytes: Int64? = nil
        ) {
            self.processes = processes
            self.dropped = dropped
            self.added = added
            self.noNewPrivileges = noNewPrivileges
            self.readOnlyRoot = readOnlyRoot
            self.writable = writable
            self.limits = limits
            self.storageBytes = storageBytes
        }

        /// The hardening of jobs from queues that other people submit to, if the queue's template does not set another.
        ///
        /// It drops the capabilities of an engine's default set that attacks use and training jobs do not: raw packets,
        /// device files, file capabilities, changes of the capability sets, `chroot`, audit records.
        public static let shared = Hardening(
            processes: 4096, dropped: ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"],
            noNewPrivileges: true)

        /// These values, with the values of `other` for those that are nil.
        public func filled(from other: Hardening) -> Hardening {
            Hardening(
                processes: processes ?? other.processes, dropped: dropped ?? other.dropped,
                added: added ?? other.added, noNewPrivileges: noNewPrivileges ?? other.noNewPrivileges,
                readOnlyRoot: readOnlyRoot ?? other.readOnlyRoot, writable: writable ?? other.writable,
                limits: limits ?? other.limits, storageBytes: storageBytes ?? other.storageBytes)
        }
    }
}
