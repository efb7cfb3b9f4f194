internal import Glibc
internal import LaunchArchive
internal import LaunchConcurrency
internal import LaunchCrypto
internal import LaunchFiles
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import Synchronization

/// The compressed layer, in a file without a name: the kernel removes it with the last descriptor, also after a crash.
///
/// The tar has no times, and owners and modes by rule, and gzip has no time. So equal sources have equal layers.
final class LayerFile: BlobSource {
    let digest: String
    let size: Int64
    /// The digest before compression.
    let contentDigest: String
    private let descriptor: Int32

    private init(_ descriptor: Int32, digest: String, size: Int64, contentDigest: String) {
        (self.descriptor, self.digest, self.size, self.contentDigest) = (descriptor, digest, size, contentDigest)
    }

    deinit { close(descriptor) }

    /// What documents of an image say about the layer.
    var facts: AppendedImage.Layer { .init(digest: digest, size: size, contentDigest: contentDigest) }

    /// Writes the layer on a thread of its own, with bounded memory.
    static func make(
        of nodes: [LayerTree.Node], in root: SourceRoot, spool: String
    ) async throws(BackendError) -> LayerFile {
        let isCancelled = Flag()
        let result = await withTaskCancellationHandler {
            await withBlockingWork { () -> Result<LayerFile, BackendError> in
                do throws(BackendError) {
                    return .success(try write(nodes, root, spool, isCancelled))
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            isCancelled.set()
        }
        return try result.get()
    }

    fileprivate final class Flag: Sendable {
        private let value = Atomic(false)
        func set() { value.store(true, ordering: .relaxed) }
        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    private static func write(
        _ nodes: [LayerTree.Node], _ root: SourceRoot, _ spool: String, _ isCancelled: Flag
    ) throws(BackendError) -> LayerFile {
        let descriptor = try open(in: spool)
        do throws(BackendError) {
            let writing = try Writing(descriptor, spool)
            for node in nodes {
                try writing.add(node, root, isCancelled)
            }
            return try writing.end { LayerFile(descriptor, digest: $0, size: $1, contentDigest: $2) }
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(in folder: String) throws(BackendError) -> Int32 {
        let name = "\(folder)/launch-layer-\(UInt64.random(in: .min ... .max))"
        let descriptor = Glibc.open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackendError(
                .unavailable, "The layer cannot be written to \(folder): \(String(cString: strerror(errno))).",
                hint: "Set TMPDIR to a folder that the agent can write to.")
        }
        unlink(name)
        return descriptor
    }

    /// The first bytes of a file of the source.
    static func start(of path: String, in root: SourceRoot) throws(BackendError) -> [UInt8] {
        do throws(FileSystem.Failure) {
            return try root.file(path).bytes(512, at: 0)
        } catch {
            throw unreadable(path, error)
        }
    }

    fileprivate static func unreadable(_ path: String, _ error: FileSystem.Failure) -> BackendError {
        BackendError(.transient, "'\(path)' of the source cannot be read: \(error.why).")
    }

    // MARK: reading

    func reader(from offset: Int64) async throws(OCIError) -> any BlobReader { Reader(self, offset) }

    private final class Reader: BlobReader {
        private let file: LayerFile
        private let position: Atomic<Int64>

        init(_ file: LayerFile, _ offset: Int64) {
            self.file = file
            position = Atomic(offset)
        }

        func next() async throws(OCIError) -> [UInt8]? {
            let offset = position.load(ordering: .relaxed)
            let wanted = Int(min(1 << 20, file.size - offset))
            guard wanted > 0 else { return nil }
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, used in
                var got = -1
                repeat {
                    got = pread(file.descriptor, buffer.baseAddress, wanted, off_t(offset))
                } while got < 0 && errno == EINTR
                if got < 0 { code = errno }
                used = max(0, got)
            }
            guard code == 0, !bytes.isEmpty else {
                throw OCIError(.corrupt, "The written layer cannot be read: \(String(cString: strerror(code))).")
            }
            position.add(Int64(bytes.count), ordering: .relaxed)
            return bytes
        }
    }
}

/// Writes one layer: the tar, its digest, and its compressed form. libarchive compresses inside, so the digest before
/// compression needs a second, plain tar, which is not kept.
private final class Writing {
    private let descriptor: Int32
    private let spool: String
    private let plain: ArchiveWriter
    private let packed: ArchiveWriter
    private var plainHash = SHA256()
    private var packedHash = SHA256()
    private var size: Int64 = 0
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    init(_ descriptor: Int32, _ spool: String) throws(BackendError) {
        self.descriptor = descriptor
        self.spool = spool
        do throws(ArchiveError) {
            plain = try ArchiveWriter()
            packed = try ArchiveWriter(isCompressed: true, isFast: true)
        } catch {
            throw BackendError(.internalFault, "The layer cannot be written: \(error).")
        }
    }

    func add(_ node: LayerTree.Node, _ root: SourceRoot, _ isCancelled: LayerFile.Flag) throws(BackendError) {
        var entry = ArchiveEntry(
            path: Array(node.path.utf8), kind: .file, size: node.entry.size, mode: node.mode, user: node.user,
            group: node.group)
        switch node.entry.kind {
        case .file: break
        case .folder: entry.kind = .folder
        case .link(let target): entry.kind = .link(target)
        }
        try archived(node) { () throws(ArchiveError) in
            try plain.add(entry)
            try packed.add(entry)
        }
        if node.entry.kind == .file { try addContent(node, root, isCancelled) }
        try drain()
    }

    private func addContent(
        _ node: LayerTree.Node, _ root: SourceRoot, _ isCancelled: LayerFile.Flag
    ) throws(BackendError) {
        let file: FileSystem.File
        do throws(FileSystem.Failure) {
            file = try root.file(node.entry.path)
        } catch {
            throw LayerFile.unreadable(node.entry.path, error)
        }
        while true {
            guard !isCancelled.isSet else { throw BackendError(.cancelled, "The build was cancelled.") }
            let count: Int
            do throws(FileSystem.Failure) {
                count = try file.read(into: &buffer)
            } catch {
                throw LayerFile.unreadable(node.entry.path, error)
            }
            guard count > 0 else { return }
            try archived(node) { () throws(ArchiveError) in
                try plain.write(buffer[..<count])
                try packed.write(buffer[..<count])
            }
            try drain()
        }
    }

    private func archived(_ node: LayerTree.Node, _ body: () throws(ArchiveError) -> Void) throws(BackendError) {
        do throws(ArchiveError) {
            try body()
        } catch {
            throw BackendError(
                .transient, "'\(node.entry.path)' of the source changed while it was packed: \(error).")
        }
    }

    func end(_ make: (String, Int64, String) -> LayerFile) throws(BackendError) -> LayerFile {
        do throws(ArchiveError) {
            try plain.finish()
            try packed.finish()
        } catch {
            throw BackendError(.transient, "The source changed while it was packed: \(error).")
        }
        try drain()
        var first = SHA256()
        var second = SHA256()
        swap(&first, &packedHash)
        swap(&second, &plainHash)
        return make(
            "sha256:\(Hex.encode(first.finalize()))", size, "sha256:\(Hex.encode(second.finalize()))")
    }

    private func drain() throws(BackendError) {
        plainHash.update(plain.take())
        let bytes = packed.take()
        packedHash.update(bytes)
        size += Int64(bytes.count)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                throw BackendError(
                    .unavailable, "The layer cannot be written to \(spool): \(String(cString: strerror(errno))).",
                    hint: "Set TMPDIR to a folder with more space.")
            }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
