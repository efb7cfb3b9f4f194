import CLaunchLinux

extension Subprocess {
    /// The permissions of a program that processes hostile bytes.
    ///
    /// It always runs without new privileges and without core dumps, so set-user-ID programs have no effect. With
    /// Landlock, the kernel also limits the files that it can change and read, and it can send signals only to
    /// processes that it has started. Without Landlock the lists have no effect: see `isEnforced`.
    public struct Confinement: Sendable, Hashable {
        /// The files that it may change, and the folders whose whole content it may change. Missing ones are ignored.
        public var writable: [String]
        /// The files and folders that it may read in addition to the writable ones; nil for all.
        public var readable: [String]?
        /// The largest file that it may write, in bytes; nil for no limit.
        public var largestFile: UInt64?

        public init(writable: [String], readable: [String]? = nil, largestFile: UInt64? = nil) {
            self.writable = writable
            self.readable = readable
            self.largestFile = largestFile
        }

        /// The version of Landlock in this kernel; nil without Landlock.
        public static var landlockVersion: Int? {
            let version = launch_landlock_version()
            return version > 0 ? Int(version) : nil
        }

        /// Whether this kernel can limit the files that a program changes and reads. Version 1 of Landlock does not
        /// qualify: it forbids every rename between folders, which git needs.
        public static var isEnforced: Bool { landlockVersion.map { $0 >= 2 } ?? false }
    }
}
