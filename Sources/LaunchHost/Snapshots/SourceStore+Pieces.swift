internal import Glibc
internal import LaunchBlobs
internal import LaunchOwnership

/// How the store of a machine gets snapshots of other machines.
extension SourceStore {
    /// What the names of the folders of pieces begin with. Such a folder survives an interruption, so that the next
    /// attempt fetches only the rest.
    private static let piecesPrefix = ".pieces-"
    private static let scratchName = ".pieces-scratch"

    static func isPiecesFolder(_ name: String) -> Bool { name.hasPrefix(piecesPrefix) }

    /// Whether the store has a snapshot of this name; its bytes are not checked.
    package func has(_ snapshot: String) -> Bool {
        Self.isName(snapshot) && (try? FileSystem.status(contextFolder(of: snapshot))) != nil
    }

    /// The folder for the pieces of a snapshot that is being fetched.
    /// - Throws: `.invalid` for another name, `.unavailable` if the disk has no room for the snapshot and its pieces.
    func makePiecesFolder(for snapshot: String, holding bytes: Int64) async throws(LaunchError) -> String {
        guard Self.isName(snapshot) else {
            throw LaunchError(.invalid, "\(Wording.quoted(snapshot)) is not the name of a snapshot: 64 hex digits are.")
        }
        let path = try await makeFolder("\(Self.piecesPrefix)\(snapshot)")
        do throws(BackendError) {
            let (twice, overflow) = bytes.multipliedReportingOverflow(by: 2)
            try DiskReserve.standard.check(writing: overflow ? .max : twice, to: folder)
        } catch {
            throw LaunchError(error)
        }
        return path
    }

    /// A folder for files of single pieces.
    package func makeScratchFolder() async throws(LaunchError) -> String { try await makeFolder(Self.scratchName) }

    private func makeFolder(_ name: String) async throws(LaunchError) -> String {
        let path = "\(folder)/\(name)"
        return try await SourceWork.run { _ throws(LaunchError) in
            try storing {
                try StagingFolder.makeParents(folder)
                do throws(FileSystem.Failure) {
                    try FileSystem.makeFolder(path, mode: 0o700)
                } catch {
                    guard error.code == EEXIST, Ownership.isOwn(path) else { throw error }
                }
                return path
            }
        }
    }

    /// Makes a snapshot of its pieces, and removes them.
    /// - Throws: `.invalid` if the files are not those of the name; then the pieces are removed too.
    func unpack(_ packed: PackedSource, piecesIn pieces: String, as snapshot: String) async throws(LaunchError) {
        try await SourceWork.run(limits: limits) { work throws(LaunchError) in
            defer { try? FileSystem.remove(pieces) }
            try storing {
                let staging = try StagingFolder(in: folder)
                defer { extendLifetime(staging) }
                let made = "\(staging.path)/\(snapshot)"
                try FileSystem.makeFolder(made, mode: 0o700)
                try FileSystem.makeFolder("\(made)/context", mode: 0o700)
                var unpacker = SnapshotUnpacker(packed, piecesIn: pieces, work: work)
                try unpacker.unpack(to: "\(made)/context")
                let scan = try ContextScan(of: "\(made)/context", ignoring: .none, work: work)
                guard try ContextDigest(of: scan, work: work).hex == snapshot else {
                    throw LaunchError(
                        .invalid, "the files of the source are not those of its name \(snapshot.prefix(12)).",
                        hint: "Submit the source again.")
                }
                try SnapshotMaker.putInPlace(made, at: "\(folder)/\(snapshot)", staging: staging.path) {
                    let present = try? ContextScan(of: contextFolder(of: snapshot), ignoring: .none, work: work)
                    return present.flatMap { try? ContextDigest(of: $0, work: work).hex } == snapshot
                }
            }
        }
    }
}

/// The files of pieces that are being fetched.
enum LocalPieces {
    /// Whether a file of the piece's size is there. Its bytes were verified when it was written.
    static func has(_ piece: Piece, in folder: String) -> Bool {
        guard let status = try? FileSystem.status("\(folder)/\(piece.digest)") else { return false }
        return status.st_mode & S_IFMT == S_IFREG && Int(status.st_size) == piece.size
    }

    /// Writes a piece under another name, and renames it when it is complete.
    static func write(_ bytes: [UInt8], as piece: Piece, to folder: String) throws(LaunchError) {
        let path = "\(folder)/\(piece.digest)"
        do throws(FileSystem.Failure) {
            try FileSystem.remove("\(path).partial")
            let file = try FileSystem.File(creating: "\(path).partial")
            try file.write(bytes[...])
            try FileSystem.move("\(path).partial", to: path)
        } catch {
            throw SourceStore.error(error)
        }
    }
}
