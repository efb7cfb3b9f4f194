internal import LaunchLocalContainers
internal import Glibc
internal import LaunchArchive
internal import LaunchPluginKit

/// A file of this machine that hosts get. All such files have one mode: an object has none, so the file's own mode
/// must not show in a container.
struct InputFile: Sendable, Hashable {
    static let mode: UInt16 = 0o644

    /// The path relative to the input's path; a raw name.
    var path: String
    /// The path on this machine, without links; a raw name.
    var local: String
    var size: Int64
    /// Seconds since 1970.
    var modified: Int64

    /// True if a key or a name can be the path of a file below a folder.
    static func isSafe(_ path: String) -> Bool {
        // A raw name differs from its bytes only in characters that the rules do not mention.
        ArchivePath.isSafe(path.utf8)
    }

    /// The file in its current state.
    /// - Throws: `invalid` if the file does not exist.
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

/// One part of what a pipe carries.
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

/// The content of an input for the hosts that get it.
struct ResolvedInput: Sendable {
    var input: RehearsalPlan.Input
    /// All files, in order.
    var files: [InputFile] = []
    /// All records for a pipe. The pieces of a record stay together: a file, or the attributes of a manifest's line.
    var records: [[PipePiece]] = []
    /// The manifest, as a file for each host.
    var manifest: InputFile?
    /// The user's folder, if a container can mount it directly; nil if the content must be copied.
    var mountable: String?
    /// The hosts, in order.
    var hosts: [String]

    /// True if the host gets the input.
    func isFor(_ host: String) -> Bool { hosts.contains(host) }

    /// The host's share of the files.
    func files(of host: String) -> [InputFile] {
        share(Seeded.shuffled(files, seed: input.shuffleSeed, epoch: 0), of: host)
    }

    /// The host's share of the records in an epoch, as pieces.
    func pieces(of host: String, epoch: Int) -> [PipePiece] {
        share(Seeded.shuffled(records, seed: input.shuffleSeed, epoch: epoch), of: host).flatMap(\.self)
    }

    private func share<T>(_ all: [T], of host: String) -> [T] {
        guard input.isSharded, hosts.count > 1, let index = hosts.firstIndex(of: host) else { return all }
        return all.enumerated().filter { $0.offset % hosts.count == index }.map(\.element)
    }
}

/// Shuffles with the same result for the same seed.
enum Seeded {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        // SplitMix64: it is small, and every seed gives a good sequence.
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
