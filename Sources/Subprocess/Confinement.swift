import CLinux

extension Subprocess {
    /// What a program that works on hostile bytes may still do.
    ///
    /// It always gets no new privileges (set-user-ID programs do not work below it) and no core dumps. Where the kernel
    /// has Landlock, the files that it can change, and those that it can read, are limited as well, and it can send
    /// signals only to what it has started. Without Landlock the lists have no effect: see `isEnforced`.
    public struct Confinement: Sendable, Hashable {
        /// The folders, with all that is below them, and the files that it may change. What does not exist is left out.
        public var writable: [String]
        /// The folders and files that it may read besides the writable ones; nil for all.
        public var readable: [String]?
        /// The largest file that it may write, in bytes; nil for no limit.
        public var largestFile: UInt64?

        /// A confinement to these places.
        public init(writable: [String], readable: [String]? = nil, largestFile: UInt64? = nil) {
            self.writable = writable
            self.readable = readable
            self.largestFile = largestFile
        }

        /// The version of Landlock that this kernel has; nil where it has none.
        public static var landlockVersion: Int? {
            let version = launch_landlock_version()
            return version > 0 ? Int(version) : nil
        }

        /// Whether this kernel can limit the files that a program changes and reads. The first version of Landlock cannot:
        /// it forbids every move between folders, which git does.
        public static var isEnforced: Bool { landlockVersion.map { $0 >= 2 } ?? false }
    }
}
