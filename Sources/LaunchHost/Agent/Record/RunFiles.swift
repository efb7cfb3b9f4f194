internal import Glibc
internal import LaunchFiles

/// A file of the outputs in a run's folder.
package struct RunFile: Sendable, Hashable {
    /// The path in the run's folder, without `outputs/` at its beginning.
    package var file: String
    /// The size in bytes.
    package var size: Int64
    /// The absolute path.
    package var path: String
}

/// The files of a run's outputs on this machine.
package enum RunFiles {
    /// The maximum number of files that are listed.
    package static let most = 2000
    private static let depth = 64

    /// The regular files of the outputs, by name. Links are left out, as are names that are not UTF-8.
    /// - Parameters:
    ///   - outputs: the outputs of the run. Those outside of the folder are left out.
    ///   - folder: the run's folder.
    /// - Returns: the files, at most `most`, and whether there are more, or some were left out.
    package static func list(
        _ outputs: [Outcome.Output], in folder: String
    ) -> (files: [RunFile], areAll: Bool) {
        var list = List(folder: folder)
        for output in outputs where output.path.hasPrefix("\(folder)/") {
            list.add(output.path, depth: 0)
        }
        return (Set(list.files).sorted { $0.file < $1.file }, list.areAll)
    }

    private struct List {
        let folder: String
        var files: [RunFile] = []
        var areAll = true

        mutating func add(_ path: String, depth: Int) {
            guard files.count < RunFiles.most, depth <= RunFiles.depth, let status = try? FileSystem.status(path) else {
                areAll = false
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                var file = path.dropFirst(folder.count + 1)
                if file.hasPrefix("outputs/") { file = file.dropFirst("outputs/".count) }
                files.append(RunFile(file: String(file), size: Int64(status.st_size), path: path))
            case S_IFDIR:
                guard let names = try? FileSystem.names(in: path) else {
                    areAll = false
                    return
                }
                for bytes in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                    guard let name = String(validating: bytes, as: UTF8.self) else {
                        areAll = false
                        continue
                    }
                    add("\(path)/\(name)", depth: depth + 1)
                }
            default: areAll = false
            }
        }
    }
}

/// A folder of the user that gets outputs. Names come from a store, so none may lead out of it.
package struct OutputFolder: Sendable {
    package let path: String

    /// Makes the folder if it is missing.
    /// - Throws: `.invalid` if it cannot be made.
    package init(_ path: String) throws(LaunchError) {
        self.path = path
        try Self.make(path)
    }

    /// Writes a file, complete or not at all.
    /// - Parameter next: returns the next bytes; nil at the end.
    /// - Throws: `.invalid` if the file exists or its name leads out of the folder, and the errors of `next`.
    package func write(
        _ file: String, size: Int64, next: () async throws -> [UInt8]?
    ) async throws {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard !file.utf8.contains(0), file.utf8.count <= 4096,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else { throw LaunchError(.invalid, "\(Wording.quoted(file)) is not the name of an output.") }
        var parent = path
        for part in parts.dropLast() {
            parent += "/\(part)"
            try Self.make(parent)
        }
        let target = "\(path)/\(file)"
        guard (try? FileSystem.status(target)) == nil else {
            throw LaunchError(
                .invalid, "'\(target)' exists, and no file is replaced.", hint: "Name another folder with --to.")
        }
        let partial = "\(target).partial"
        do {
            try FileSystem.remove(partial)
            let copy = try FileSystem.File(creating: partial)
            var written: Int64 = 0
            while let bytes = try await next() {
                written += Int64(bytes.count)
                guard written <= size else { break }
                try copy.write(bytes[...])
            }
            guard written == size else {
                throw LaunchError(
                    .unavailable, "The output \(Wording.quoted(file)) has \(size) bytes, and \(written) are there.",
                    hint: "The run may have been removed meanwhile.")
            }
            try FileSystem.move(partial, to: target)
        } catch {
            try? FileSystem.remove(partial)
            guard let failure = error as? FileSystem.Failure else { throw error }
            throw LaunchError(.invalid, "'\(failure.path)' cannot be written: \(failure.why).")
        }
    }

    /// A link in place of a folder could lead out of it.
    private static func make(_ path: String) throws(LaunchError) {
        do throws(FileSystem.Failure) {
            try FileSystem.makeFolder(path, mode: 0o777)
        } catch {
            let isFolder = (try? FileSystem.status(path)).map { $0.st_mode & S_IFMT == S_IFDIR }
            guard error.code == EEXIST, isFolder == true else {
                throw LaunchError(
                    .invalid,
                    "The folder '\(path)' cannot be made: \(error.code == EEXIST ? "there is something else" : error.why).",
                    hint: "Name another folder with --to.")
            }
        }
    }
}

extension RunFiles {
    /// Reads a file in order: each call returns the next bytes, and nil at the end.
    /// The reader throws `.unavailable` if the file cannot be read.
    package static func reader(of path: String) -> () throws(LaunchError) -> [UInt8]? {
        var position: Int64 = 0
        return { () throws(LaunchError) in
            do throws(FileSystem.Failure) {
                let bytes = try FileSystem.File(reading: path).bytes(SharedOutput.part, at: position)
                position += Int64(bytes.count)
                return bytes.isEmpty ? nil : bytes
            } catch {
                throw LaunchError(.unavailable, "'\(path)' cannot be read: \(error.why).")
            }
        }
    }
}
