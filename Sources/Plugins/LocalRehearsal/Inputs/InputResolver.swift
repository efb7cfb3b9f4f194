internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchPluginKit
internal import LaunchSubprocess

/// Finds the files of inputs, and downloads those that are not on this machine.
struct InputResolver: Sendable {
    let objects: Objects
    let cache: ObjectCache
    /// The folder for unpacked files.
    let work: String
    /// Gets an input's name, the bytes done and the total.
    let progress: @Sendable (String, Int64, Int64) -> Void

    private static let parallel = 4

    /// Resolves an input for these hosts of the job.
    func resolve(
        _ input: RehearsalPlan.Input, hosts: [String]
    ) async throws(BackendError) -> ResolvedInput {
        // The name becomes a part of paths.
        guard InputFile.isSafe(input.name), !input.name.contains("/") else {
            throw BackendError(.invalid, "'\(input.name)' cannot be the name of an input.")
        }
        var resolved = ResolvedInput(input: input, hosts: input.hosts.map { hosts.filter($0.contains) } ?? hosts)
        switch input.source {
        case .none: break
        case .folder(let path): resolved.files = try LocalTree.files(path)
        case .objects(let text): resolved.files = try await files(under: text, input)
        case .manifest(let text): (resolved.files, resolved.manifest) = try await manifest(text, input)
        case .augmentedManifest(let text, let attributes):
            resolved.records = try await augmented(text, attributes, input)
            return resolved
        }
        if resolved.files.isEmpty, input.needsFiles == true {
            throw BackendError(
                .notFound,
                "The input \(input.name), from \(Self.words(input.source)), has no files, and the backend refuses that.",
                hint: "Put the data there, or name another source.")
        }
        if input.needsFiles == true, let file = resolved.files.first(where: { RawName.utf8($0.path) == nil }) {
            throw BackendError(
                .invalid,
                "\(input.name) has a file '\(RawName.shown(file.path))' in \(Self.words(input.source)), whose name is not "
                    + "UTF-8, so no object can have it.", hint: "Give the file another name.")
        }
        try Self.check(resolved.files, input)
        if input.isCompressed { resolved.files = try await unpacked(resolved.files, input) }
        resolved.records = resolved.files.map { [.file($0.local, size: $0.size)] }
        return resolved
    }

    // MARK: sources

    private static func words(_ source: RehearsalPlan.Input.Source) -> String {
        switch source {
        case .none: "the source"
        case .folder(let path): "the folder \(path)"
        case .objects(let text): "\(text)"
        case .manifest(let text), .augmentedManifest(let text, _): "the manifest \(text)"
        }
    }

    private func files(
        under text: String, _ input: RehearsalPlan.Input
    ) async throws(BackendError) -> [InputFile] {
        guard case .uri(let uri) = try DataLocation(text) else { return try LocalTree.files(text) }
        let found = try await objects.store(for: uri).all(uri).filter { !$0.uri.hasSuffix("/") }
        guard !found.isEmpty else {
            throw BackendError(.notFound, "No object has a URI that begins with \(uri), for \(input.name).")
        }
        let paths = Self.paths(found.map(\.uri), under: uri)
        return try await fetch(zip(found, paths).map { ($0, $1) }, input)
    }

    /// The paths of objects whose URIs begin with a prefix.
    ///
    /// If the prefix is a folder of all of them, paths are relative to it. Otherwise the prefix is the beginning of
    /// names, such as `train` for `train`, `train.csv` and `train/a.csv`, and paths keep the whole names.
    static func paths(_ uris: [String], under prefix: String) -> [String] {
        let slash = UInt8(ascii: "/")
        let all = Array(prefix.utf8)
        let isFolder = uris.allSatisfy { uri in
            let rest = uri.utf8.dropFirst(all.count)
            return all.last == slash || rest.first == slash
        }
        let name = (all.lastIndex(of: slash) ?? -1) + 1
        return uris.map { uri in
            RawName.text(uri.utf8.dropFirst(isFolder ? all.count : name).drop { $0 == slash })
        }
    }

    /// One object or file as a file of this machine.
    func document(
        _ text: String, _ input: RehearsalPlan.Input, budget: WriteBudget
    ) async throws(BackendError) -> InputFile {
        switch try DataLocation(text) {
        case .path(let path): return try InputFile("", at: path)
        case .uri(let uri):
            let store = try await objects.store(for: uri)
            guard let object = try await store.object(uri) else {
                throw BackendError(.notFound, "\(uri), for \(input.name), does not exist.")
            }
            return try InputFile("", at: try await cache.file(object, from: store, budget: budget) { _ in })
        }
    }

    // MARK: content

    func fetch(
        _ wanted: [(object: StoredObject, path: String)], _ input: RehearsalPlan.Input
    ) async throws(BackendError) -> [InputFile] {
        guard let first = wanted.first else { return [] }
        let store = try await objects.store(for: first.object.uri)
        let total = wanted.reduce(Int64(0)) { $0.saturatingAdding(max(0, $1.object.size)) }
        let sum = Sum { [progress] in progress(input.name, $0, total) }
        let cache = cache
        let budget = cache.budget("The input \(input.name)")
        try budget.announce(total, isNew: false)
        let fetched = await withTaskGroup(of: (Int, Result<InputFile, BackendError>).self) { group in
            var results: [Int: InputFile] = [:]
            var failure: BackendError?
            var next = 0
            func add() {
                guard next < wanted.count else { return }
                let (index, item) = (next, wanted[next])
                next += 1
                group.addTask {
                    do throws(BackendError) {
                        let local = try await cache.file(item.object, from: store, budget: budget) { sum.add($0) }
                        return (index, .success(try InputFile(item.path, at: local)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.parallel { add() }
            for await (index, result) in group {
                switch result {
                case .success(let file): results[index] = file
                case .failure(let error):
                    failure = failure ?? error
                    next = wanted.count
                    group.cancelAll()
                }
                add()
            }
            return failure.map { Result<[InputFile], BackendError>.failure($0) }
                ?? .success(wanted.indices.compactMap { results[$0] })
        }
        return try fetched.get()
    }

    private func unpacked(
        _ files: [InputFile], _ input: RehearsalPlan.Input
    ) async throws(BackendError) -> [InputFile] {
        var result: [InputFile] = []
        for (index, file) in files.enumerated() {
            let name = file.path.hasSuffix(".gz") ? String(file.path.dropLast(3)) : file.path
            let place = "\(work)/\(input.name)-\(index)"
            do {
                try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
                let packed = "\(place).gz"
                try? FileManager.default.removeItem(atPath: packed)
                try? FileManager.default.removeItem(atPath: place)
                try LocalCopies.copy(file, to: packed)
                try await gunzip(packed, to: place, file, input)
            } catch let error as BackendError {
                throw error
            } catch {
                throw BackendError(
                    .internalFault, "\(RawName.shown(file.path)) of \(input.name) cannot be unpacked: \(error)")
            }
            var unpacked = try InputFile(name, at: place)
            unpacked.modified = file.modified
            result.append(unpacked)
        }
        return result
    }

    private func gunzip(
        _ packed: String, to place: String, _ file: InputFile, _ input: RehearsalPlan.Input
    ) async throws(BackendError) {
        let watch = GrowthWatch(
            file: place, folder: work, limit: cache.limits.downloadBytes,
            tooLarge: BackendError(
                .invalid,
                "\(RawName.shown(file.path)) of \(input.name) is larger than \(ByteCount.text(cache.limits.downloadBytes)) once it is "
                    + "unpacked, the 'download_size_limit'."),
            reserve: cache.limits.reserve)
        defer { try? FileManager.default.removeItem(atPath: packed) }
        try await watch.watch { () async throws(BackendError) in
            do {
                let done = try await Subprocess.run("gzip", ["-d", "-f", packed])
                guard done.exit.isSuccess else {
                    throw BackendError(
                        .invalid,
                        "\(RawName.shown(file.path)) of \(input.name) is not a gzip file: \(done.stderrText.prefix(300))"
                    )
                }
            } catch let error as BackendError {
                throw error
            } catch let error as SubprocessError where error.code == .cancelled {
                throw BackendError(.cancelled, "The unpacking of \(RawName.shown(file.path)) was cancelled.")
            } catch {
                throw BackendError(
                    .internalFault, "\(RawName.shown(file.path)) of \(input.name) cannot be unpacked: \(error)")
            }
        }
    }

    /// Refuses object keys that cannot be paths, and keys that conflict with each other.
    private static func check(
        _ files: [InputFile], _ input: RehearsalPlan.Input
    ) throws(BackendError) {
        var folders: Set<String> = []
        var seen: Set<String> = []
        for file in files {
            var parts = file.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard InputFile.isSafe(file.path) else {
                throw BackendError(
                    .invalid, "\(input.name) has an object '\(RawName.shown(file.path))', which cannot be a file path.")
            }
            guard seen.insert(file.path).inserted else {
                throw BackendError(.invalid, "\(input.name) has two objects for the path \(RawName.shown(file.path)).")
            }
            parts.removeLast()
            while !parts.isEmpty {
                guard folders.insert(parts.joined(separator: "/")).inserted else { break }
                parts.removeLast()
            }
        }
        if let both = files.first(where: { folders.contains($0.path) }) {
            let inside = files.first { $0.path.hasPrefix("\(both.path)/") }?.path ?? both.path
            throw BackendError(
                .invalid,
                "The input \(input.name), from \(words(input.source)), has a file '\(RawName.shown(both.path))' and a file "
                    + "'\(RawName.shown(inside))', so the first one would also be a folder.",
                hint: "Rename one of them, or name a source that has only one of them.")
        }
    }
}
