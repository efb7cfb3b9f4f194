import CLaunchLinux

/// Network file systems. SQLite's shared memory and locks do not work between machines on them.
enum NetworkFileSystem {
    private static let kinds: [UInt32: String] = [
        0x0000_6969: "NFS",
        0x0000_517b: "SMB",
        0xff53_4d42: "CIFS",
        0xfe53_4d42: "SMB",
        0x00c3_6400: "Ceph",
        0x5346_414f: "AFS",
        0x0bd0_0bd0: "Lustre",
        0x4750_4653: "GPFS",
        0x0102_1997: "9P",
    ]

    /// The name of the network file system that a path is on; nil for a local one, or if it is not known.
    package static func kind(of path: String) -> String? {
        kinds[UInt32(truncatingIfNeeded: launch_file_system(path))]
    }
}
