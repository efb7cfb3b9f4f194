internal import CLaunchLinux
internal import Glibc
internal import LaunchCrypto
internal import LaunchOwnership

/// Makes one snapshot: scans the folder, computes the digest, and copies the files.
struct SnapshotMaker {
    let store: SourceStore
    let work: SourceWork

    func make(
        of folder: String, dockerfile: String, origin: String?, as treatment: SnapshotTreatment
    ) throws(LaunchError) -> SourceStore.Snapshot {
        let root = try ContextScan.root(folder)
        let source = try SourceRoot(root)
        var file = ""
        if !dockerfile.isEmpty {
            file = try dockerfilePath(dockerfile, root: root, shownAs: folder)
            try checkDockerfile(file, in: source, shownAs: folder)
        }
        let rules = try ContextRules(root: source, dockerfile: file, shownAs: folder)
        var scan = try ContextScan(
            of: folder, ignoring: rules.ignore, needed: file.isEmpty ? [] : [file],
            dropping: treatment.isCheckout ? [".git"] : [],
            work: work)
        scan.entries = rules.applied(to: scan.entries)
        if treatment.isCheckout {
            for index in scan.entries.indices where scan.entries[index].generated == nil {
                scan.entries[index].mode = Self.gitMode(of: scan.entries[index])
            }
        }
        let pointers = LargeFiles.pointers(among: scan.entries, in: source)
        if case .checkout(let problem) = treatment, !pointers.isEmpty {
            throw LargeFiles.error(pointers, reason: problem)
        }
        let digest = try ContextDigest(of: scan, work: work)
        let isReused = try store.storing { try keep(scan, digest) }
        return SourceStore.Snapshot(
            source: Source.Code(snapshot: digest.hex, origin: origin ?? root, dockerfile: file),
            entries: scan.entries.count, bytes: scan.bytes, isReused: isReused,
            warnings: scan.warnings + LargeFiles.warnings(pointers, folder: folder))
    }

    static func gitMode(of entry: ContextEntry) -> UInt32 {
        switch entry.kind {
        case .folder: 0o755
        case .link: 0o777
        case .file: entry.mode & 0o100 == 0 ? 0o644 : 0o755
        }
    }

    /// The Dockerfile's real path in the context: as Docker does, links are followed if they stay inside the context.
    private func dockerfilePath(
        _ dockerfile: String, root: String, shownAs folder: String
    ) throws(LaunchError) -> String {
        let path = dockerfile.hasPrefix("/") ? dockerfile : "\(root)/\(dockerfile)"
        do {
            let real = try FileSystem.realPath(path)
            guard real.hasPrefix("\(root)/") else {
                throw LaunchError(
                    .invalid, "the Dockerfile '\(dockerfile)' is not inside the source folder '\(folder)'.",
                    hint: "Move it there, or use a folder that contains both.")
            }
            guard try FileSystem.status(real).st_mode & S_IFMT == S_IFREG else {
                throw LaunchError(.invalid, "the Dockerfile '\(dockerfile)' in '\(folder)' is not a file.")
            }
            return String(real.dropFirst(root.count + 1))
        } catch let failure as FileSystem.Failure {
            throw LaunchError(
                .invalid,
                failure.isMissing
                    ? "the Dockerfile '\(dockerfile)' does not exist in '\(folder)'."
                    : "the Dockerfile '\(dockerfile)' in '\(folder)' cannot be read: \(failure.why).",
                hint: failure.isMissing ? "Write one, or name another with --dockerfile." : nil)
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "the Dockerfile '\(dockerfile)' cannot be read: \(error).")
        }
    }

    /// Refuses an unusable Dockerfile before anything is copied.
    private func checkDockerfile(_ file: String, in root: SourceRoot, shownAs folder: String) throws(LaunchError) {
        do {
            let bytes = try root.bytes(of: file, limit: SourceLimits.dockerfileBytes, links: .refused)
            guard !bytes.contains(0) else {
                throw LaunchError(.invalid, "\(folder)/\(file) has a NUL byte, so it is not text.")
            }
        } catch let failure as FileSystem.Failure {
            throw SourceRoot.error(failure, file: "\(folder)/\(file)", limit: SourceLimits.dockerfileBytes)
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "\(folder)/\(file) cannot be read: \(error).")
        }
    }

    /// Copies the content into the store; true if the store already contains it.
    func keep(_ scan: ContextScan, _ digest: ContextDigest) throws -> Bool {
        let place = "\(store.folder)/\(digest.hex)"
        if isWhole(place, scan) { return true }
        let staging = try StagingFolder(in: store.folder)
        defer { extendLifetime(staging) }
        let made = "\(staging.path)/\(digest.hex)"
        try FileSystem.makeFolder(made, mode: 0o700)
        try FileSystem.makeFolder("\(made)/context", mode: 0o700)
        try copy(scan, digest, from: try SourceRoot(opening: scan.folder), to: "\(made)/context")
        return try !Self.putInPlace(made, at: place, staging: staging.path) { isWhole(place, scan) }
    }

    /// Moves a complete snapshot to its final name. A crash of the machine may have left an incomplete one there, which
    /// is replaced. Returns false if a complete one was there already.
    @discardableResult
    static func putInPlace(
        _ made: String, at place: String, staging: String, isWhole: () -> Bool
    ) throws -> Bool {
        syncDisk(staging)
        for _ in 1...3 {
            do throws(FileSystem.Failure) {
                try FileSystem.move(made, to: place)
                return true
            } catch {
                guard error.code == EEXIST || error.code == ENOTEMPTY else { throw error }
                if isWhole() { return false }
                try? FileSystem.move(place, to: "\(staging)/damaged")
                try FileSystem.remove("\(staging)/damaged")
            }
        }
        throw LaunchError(.tryAgain, "the source snapshot \(place) cannot be put into place.")
    }

    /// Whether the store's copy has every entry with its kind, mode and size. Updates the time of its last use.
    private func isWhole(_ place: String, _ scan: ContextScan) -> Bool {
        guard Ownership.isOwn(place), (try? FileSystem.status("\(place)/context")) != nil,
            utimensat(AT_FDCWD, place, nil, 0) == 0,
            let found = try? ContextScan(of: "\(place)/context", ignoring: .none, work: work)
        else { return false }
        return found.entries.elementsEqual(scan.entries) {
            $0.path == $1.path && $0.kind == $1.kind && $0.mode == $1.mode && $0.size == $1.size
        }
    }

    private func copy(
        _ scan: ContextScan, _ digest: ContextDigest, from root: SourceRoot, to target: String
    ) throws {
        var meter = work.meter(.copy)
        do throws(BackendError) {
            try DiskReserve.standard.check(writing: scan.bytes, to: store.folder)
        } catch {
            throw LaunchError(error)
        }
        for (entry, content) in zip(scan.entries, digest.contents) {
            let path = "\(target)/\(entry.path)"
            switch entry.kind {
            case .folder:
                // The folder is writable until its content is complete.
                try FileSystem.makeFolder(path, mode: 0o700)
            case .link(let pointee):
                try FileSystem.makeLink(path, to: pointee)
            case .file:
                let copied = try copyFile(entry, of: root, to: path, meter: &meter)
                guard copied == content else { throw changed(entry.path) }
                try FileSystem.setMode(path, entry.mode)
            }
            try meter.add(entries: 1)
        }
        for entry in scan.entries.reversed() where entry.kind == .folder {
            try FileSystem.setMode("\(target)/\(entry.path)", entry.mode)
        }
    }

    /// Copies a file and returns the hash of the copied bytes.
    private func copyFile(
        _ entry: ContextEntry, of root: SourceRoot, to path: String, meter: inout SourceWork.Meter
    ) throws -> String {
        let target = try FileSystem.File(creating: path)
        var hash = SHA256()
        if let generated = entry.generated {
            hash.update(generated)
            try target.write(generated[...])
            return Hex.encode(hash.finalize())
        }
        let source: FileSystem.File
        do throws(FileSystem.Failure) {
            source = try root.file(entry.path)
        } catch {
            guard error.isMissing || error.code == FileSystem.Failure.notRegular || error.code == ELOOP else {
                throw error
            }
            throw changed(entry.path)
        }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while case let count = try source.read(into: &buffer), count > 0 {
            hash.update(buffer.prefix(count))
            try target.write(buffer.prefix(count))
            try meter.add(bytes: Int64(count))
        }
        return Hex.encode(hash.finalize())
    }

    private func changed(_ path: String) -> LaunchError {
        LaunchError(
            .tryAgain, "'\(path)' of the source changed while it was being copied.",
            hint: "Stop what writes to it, or name it in \(work.limits.ruleFile).")
    }

    /// Waits until the files are on the disk. Only then does the snapshot get its final name.
    private static func syncDisk(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = syncfs(descriptor)
        close(descriptor)
    }
}
