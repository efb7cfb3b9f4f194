extension ContainerJob {
    /// What a container may not do, or has less of, than the engine gives by default. A nil value keeps the engine's default.
    public struct Hardening: Sendable, Hashable, Codable {
        /// The most processes and threads at once.
        public var processes: Int64?
        /// Capabilities that are taken away: `NET_RAW`, or `ALL`.
        public var dropped: [String]?
        /// Capabilities that are added.
        public var added: [String]?
        /// Whether programs gain no privileges by set-user-ID bits and file capabilities.
        public var noNewPrivileges: Bool?
        /// Whether the root file system is read-only. `/tmp` is then in memory.
        public var readOnlyRoot: Bool?
        /// Folders that the container may write to, each an empty volume that is removed with the container.
        public var writable: [String]?
        /// Limits of the kernel by name, as `SOFT` or `SOFT:HARD`.
        public var limits: [String: String]?
        /// Size of the container's own layer on the disk, in bytes.
        public var storageBytes: Int64?

        /// Hardening with these values; without any, the engine's defaults hold.
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

        /// What holds for jobs of a queue that others submit to, where the queue's template does not say otherwise.
        ///
        /// The capabilities are those of an engine's default set that a training job does not use and an attack does:
        /// raw packets, device files, file capabilities, changes of the capability sets, other roots, audit records.
        public static let shared = Hardening(
            processes: 4096, dropped: ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"],
            noNewPrivileges: true)

        /// These values, and `other`'s for those that are nil.
        public func filled(from other: Hardening) -> Hardening {
            Hardening(
                processes: processes ?? other.processes, dropped: dropped ?? other.dropped,
                added: added ?? other.added, noNewPrivileges: noNewPrivileges ?? other.noNewPrivileges,
                readOnlyRoot: readOnlyRoot ?? other.readOnlyRoot, writable: writable ?? other.writable,
                limits: limits ?? other.limits, storageBytes: storageBytes ?? other.storageBytes)
        }
    }
}
