internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchPluginKit

/// Makes the user's files mountable for containers, with the mode of objects. The files themselves are not changed.
/// They get no hard links either, because these change the link count.
struct LocalCopies: Sendable {
    let folder: RehearsalFolder
    /// Gets an input's name, the bytes done and the total.
    let progress: @Sendable (String, Int64, Int64) -> Void

    private static let chunk = 1 << 20

    /// The input with copies in place of the user's files. Unchanged if its whole folder can be mounted.
    func prepared(_ resolved: ResolvedInput) async throws(BackendError) -> ResolvedInput {
        var resolved = resolved
        let input = resolved.input
        if case .folder(let whole) = input.source, !input.isSharded, !input.isCompressed, Self.isFolder(whole),
            LocalTree.isLikeObjects(whole)
        {
            resolved.mountable = whole
            return resolved
        }
        let total = resolved.files.reduce(0) { $0 + $1.size }
        var done: Int64 = 0
        for (index, file) in resolved.files.enumerated() {
            if folder.owns(file.local) {
                // gzip gives the unpacked file the mode of the packed one.
                Disk.chmod(file.local, mode_t(InputFile.mode))
            } else {
                let place = "\(folder.copies)/\(input.name)/\(file.path)"
                if let slash = place.lastIndex(of: "/") { try folder.make(String(place[..<slash])) }
                // An earlier attempt may have created it.
                let known = try? InputFile(file.path, at: place)
                if known?.size != file.size || known?.modified != file.modified { try Self.copy(file, to: place) }
                resolved.files[index].local = place
            }
            done += file.size
            progress(input.name, done, total)
        }
        return resolved
    }

    /// Copies a file. The copy gets its final name when it is complete.
    static func copy(_ file: InputFile, to place: String) throws(BackendError) {
        let partial = "\(place).launch-\(UInt64.random(in: .min ... .max))"
        defer { Disk.unlink(partial) }
        let reader = try FileReader(file.local)
        let sink = try FileSink(partial, mode: InputFile.mode)
        if let slash = place.lastIndex(of: "/") {
            try DiskReserve.standard.check(writing: file.size, to: String(place[..<slash]))
        }
        while true {
            if Task.isCancelled {
                throw BackendError(.cancelled, "The copy of \(RawName.shown(file.local)) was cancelled.")
            }
            let bytes = try reader.read(chunk)
            guard !bytes.isEmpty else { break }
            try sink.write(bytes[...])
        }
        sink.date(file.modified)
        // chmod, because of the umask: every user of a container must be able to read it.
        Disk.chmod(partial, mode_t(InputFile.mode))
        guard Disk.rename(partial, place) == 0 else { throw FileFault.error("write", place) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
