internal import Glibc
internal import LaunchHost

/// A file of this machine that hosts get, with the mode of all: an object carries none, so what a file has here must not
/// show in a container.
struct InputFile: Sendable, Hashable {
    static let mode: UInt16 = 0o644

    /// Where below the input's path; a raw name.
    var path: String
    /// Where it is on this machine: a path without links, raw.
    var local: String
    var size: Int64
    /// Seconds since 1970.
    var modified: Int64

    /// Whether a key or a name can be a file's path below a folder.
    static func isSafe(_ path: String) -> Bool {
        !path.split(separator: "/", omittingEmptySubsequences: false)
            .contains { $0 == ".." || $0 == "." || $0.isEmpty } && !path.utf8.contains(0)
    }

    /// The file as it is now.
    /// - Throws: `invalid` where there is no such file.
    init(_ path: String, at local: String) throws(BackendError) {
        guard let real = Disk.realPath(local), let status = Disk.status(real) else {
            throw FileFault.error("read", local)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw BackendError(.invalid, "\(RawName.shown(local)) cannot be read: it is not a regular file.")
        }
        self.path = path
        self.local = real
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
    }
}

/// What a pipe carries, one after another.
enum PipePiece: Sendable, Hashable {
    case bytes([UInt8])
    case file(String, size: Int64)

    var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let size): size
        }
    }
}

/// What an input means for the hosts that get it.
struct ResolvedInput: Sendable {
    var input: ContainerJob.Surroundings.Input
    /// All files, in order.
    var files: [InputFile] = []
    /// All records, for a pipe, each with the pieces that stay together: a file, or the attributes of a manifest's line.
    var records: [[PipePiece]] = []
    /// The manifest, as a file for each host.
    var manifest: InputFile?
    /// A folder of the user's that a container may see as it is; nil where what it sees has to be made.
    var mountable: String?
    /// The hosts, in order.
    var hosts: [String]

    /// Whether the host gets it.
    func isFor(_ host: String) -> Bool { hosts.contains(host) }

    /// The host's share of the files.
    func files(of host: String) -> [InputFile] {
        share(Seeded.shuffled(files, seed: input.shuffleSeed, epoch: 0), of: host)
    }

    /// The host's share of the records in an epoch, piece by piece.
    func pieces(of host: String, epoch: Int) -> [PipePiece] {
        share(Seeded.shuffled(records, seed: input.shuffleSeed, epoch: epoch), of: host).flatMap(\.self)
    }

    private func share<T>(_ all: [T], of host: String) -> [T] {
        guard input.isSharded, hosts.count > 1, let index = hosts.firstIndex(of: host) else { return all }
        return all.enumerated().filter { $0.offset % hosts.count == index }.map(\.element)
    }
}

/// Shuffles that come out the same for the same seed.
enum Seeded {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        // SplitMix64: small, and any seed is a good one.
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    static func shuffled<T>(_ items: [T], seed: Int64?, epoch: Int) -> [T] {
        guard let seed else { return items }
        var generator = Generator(state: UInt64(bitPattern: seed) &+ UInt64(epoch) &* 0x2545_f491_4f6c_dd1d)
        return items.shuffled(using: &generator)
    }
}
