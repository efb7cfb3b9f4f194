internal import LaunchLocalContainers
internal import LaunchPluginKit

/// What the destination of a synchronized folder has of each host's files.
struct CopiedFiles {
    /// A file of a host, as it was when it was copied.
    struct Version {
        var size: Int64
        var modified: Int64
        /// The hash of the content; nil for a file that the host started with.
        var hash: String?
        /// The path at the destination. It differs from the host's path if an entry of another kind blocks that path.
        var place: String
        /// True if the file may have changed again without a new size or a new modification second.
        var isFresh: Bool
    }

    private var versions: [String: [String: Version]] = [:]

    init() {}

    /// The files that all hosts start with.
    init(_ files: [InputFile], of hosts: [String]) {
        let known = Dictionary(
            files.map {
                ($0.path, Version(size: $0.size, modified: $0.modified, hash: nil, place: $0.path, isFresh: false))
            }
        ) { first, _ in first }
        for host in hosts { versions[host] = known }
    }

    /// The copied version of a host's file; nil if there is none.
    subscript(host: String, path: String) -> Version? {
        get { versions[host]?[path] }
        set { versions[host, default: [:]][path] = newValue }
    }

    /// The paths of a host's copied files.
    func paths(of host: String) -> [String] { Array((versions[host] ?? [:]).keys) }

    /// All folders that contain copied files of a host.
    func folders(of host: String) -> Set<String> { ParentFolders.of(paths(of: host)) }

    /// True if the destination has this version of a host's file.
    /// - Parameter hash: the hash of the same file under another name, if it is known.
    func has(_ path: String, _ member: FolderMembers.Member, of host: String, hash: String? = nil) -> Bool {
        guard let old = self[host, path], old.size == member.size, old.modified == member.modified, !old.isFresh
        else { return false }
        // A name can move from one file to another of the same size and second.
        if let hash, let known = old.hash { return hash == known }
        return true
    }

    /// True if another host has copied a file of that path to the same place.
    func hasOther(than host: String, _ path: String, at place: String) -> Bool {
        versions.contains { other, files in
            other != host && files[path]?.place == place && files[path]?.hash != nil
        }
    }
}
