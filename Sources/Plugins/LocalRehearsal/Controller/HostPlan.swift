internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The initial content of one host: the files in its container, and the folders of this machine that it mounts.
struct HostPlan: Sendable {
    private(set) var entries: [HostEntry] = []
    private(set) var mounts: [ContainerSpec.Mount] = []
    private(set) var feeders: [PipeFeeder] = []
    private(set) var notes: [String] = []

    private let folder: RehearsalFolder
    private let attempt: Int
    private let host: String
    /// Folders of the container that hold pipes, with the folder of this machine that is mounted there.
    private var pipeFolders: [String: String] = [:]
    private var made: Set<String> = []
    private let now = Int64(time(nil))

    /// Plans the host, and creates the folders of this machine that the host mounts.
    init(
        _ host: RehearsalPlan.Host, of rehearsalPlan: RehearsalPlan, inputs: [ResolvedInput],
        synced: [(path: String, files: [InputFile])], attempt: Int, in folder: RehearsalFolder
    ) throws(BackendError) {
        self.folder = folder
        self.attempt = attempt
        self.host = host.name
        let mine = inputs.filter { $0.isFor(host.name) }
        for input in mine where input.input.delivery == .pipe { try addPipe(input) }
        for item in rehearsalPlan.folders { try add(folder: ContainerPath.normal(item.path), mode: item.mode) }
        for file in host.files {
            try add(ContainerPath.normal(file.path), .bytes(Array(file.content.utf8)), mode: file.mode, modified: now)
        }
        for input in mine { try add(input) }
        for item in synced {
            let path = ContainerPath.normal(item.path)
            let first = entries.count
            try add(folder: path, mode: 0o777)
            for file in item.files { try add(file, below: path) }
            // The program continues with its own files, as any user, also after it has changed its user.
            for index in entries.indices.dropFirst(first) where entries[index].isIn(path) {
                entries[index].isOfProgram = true
                entries[index].mode |= entries[index].isFolder ? 0o777 : 0o666
            }
        }
    }

    // MARK: inputs

    private mutating func add(_ input: ResolvedInput) throws(BackendError) {
        let path = ContainerPath.normal(input.input.path)
        if let manifest = input.manifest {
            try add(
                path + "-manifest", .file(manifest.local, size: manifest.size), mode: 0o644,
                modified: manifest.modified)
        }
        switch input.input.delivery {
        case .pipe: break
        case .copy where pipeFolder(of: path) == nil:
            try add(folder: path, mode: 0o755)
            for file in input.files(of: host) { try add(file, below: path) }
        case .copy:
            notes.append("\(input.input.name) is read-only, because it is in the folder of a pipe.")
            try addView(input, at: path)
        case .readOnly: try addView(input, at: path)
        }
    }

    private mutating func addView(_ input: ResolvedInput, at path: String) throws(BackendError) {
        if let place = pipeFolder(of: path) { try folder.makeView("\(place.local)/\(place.rest)") }
        let source: String
        if let whole = input.mountable {
            source = whole
        } else {
            source = folder.view(attempt, host, mounts.count)
            try? FileManager.default.removeItem(atPath: source)
            try folder.makeView(source)
            for file in input.files(of: host) {
                let place = "\(source)/\(file.path)"
                if let slash = place.lastIndex(of: "/") { try folder.makeView(String(place[..<slash])) }
                // A hard link needs no space. The user's own files get no link, because it changes their link count.
                guard !folder.owns(file.local) || Disk.link(file.local, place) != 0 else { continue }
                try LocalCopies.copy(file, to: place)
            }
        }
        mounts.append(ContainerSpec.Mount(.bind, source: source, target: path, readOnly: true))
    }

    private mutating func addPipe(_ input: ResolvedInput) throws(BackendError) {
        let path = ContainerPath.normal(input.input.path)
        let parts = path.split(separator: "/")
        let parent = "/" + parts.dropLast().joined(separator: "/")
        let local: String
        if let known = pipeFolders[parent] {
            local = known
        } else {
            local = folder.view(attempt, host, mounts.count)
            try? FileManager.default.removeItem(atPath: local)
            try folder.makeView(local)
            pipeFolders[parent] = local
            mounts.append(ContainerSpec.Mount(.bind, source: local, target: parent, readOnly: true))
        }
        let feeder = PipeFeeder(input: input, host: host, folder: local, name: String(parts.last ?? ""))
        try feeder.prepare()
        feeders.append(feeder)
    }

    // MARK: members

    private mutating func add(_ file: InputFile, below path: String) throws(BackendError) {
        try add(
            "\(path)/\(file.path)", .file(file.local, size: file.size), mode: InputFile.mode,
            modified: file.modified)
    }

    private mutating func add(
        _ path: String, _ content: HostEntry.Content, mode: UInt16, modified: Int64
    ) throws(BackendError) {
        if let place = pipeFolder(of: path) {
            let local = "\(place.local)/\(place.rest)"
            if let slash = local.lastIndex(of: "/") { try folder.makeView(String(local[..<slash])) }
            switch content {
            case .folder: try folder.makeView(local)
            case .bytes(let bytes): try FileSink(local, mode: mode).write(bytes[...])
            case .file(let file, _): try LocalCopies.copy(try InputFile("", at: file), to: local)
            }
            // chmod, because the umask applied when it was created.
            Disk.chmod(local, mode_t(mode))
            return
        }
        addParents(of: path)
        entries.append(HostEntry(String(path.dropFirst()), content, mode: mode, modified: modified))
    }

    private mutating func add(folder path: String, mode: UInt16) throws(BackendError) {
        if pipeFolders[path] != nil { return }
        // The first declaration of a folder counts. It may already exist as a parent of another entry.
        guard made.insert(path).inserted || mode != 0o755 else { return }
        try add(path, .folder, mode: mode, modified: now)
    }

    /// Adds the parent folders of an entry. The first one below the root is left to the image, where it may be a
    /// link.
    private mutating func addParents(of path: String) {
        let parts = path.split(separator: "/").dropLast()
        guard parts.count > 1 else { return }
        for count in 2...parts.count {
            let parent = "/" + parts.prefix(count).joined(separator: "/")
            guard pipeFolders[parent] == nil, made.insert(parent).inserted else { continue }
            entries.append(HostEntry(String(parent.dropFirst()), .folder, mode: 0o755, modified: now))
        }
    }

    private func pipeFolder(of path: String) -> (local: String, rest: String)? {
        for (parent, local) in pipeFolders where path.hasPrefix(parent + "/") {
            return (local, String(path.dropFirst(parent.count + 1)))
        }
        return nil
    }
}
