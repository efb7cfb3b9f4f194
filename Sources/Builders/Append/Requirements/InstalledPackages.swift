internal import FoundationEssentials
internal import Glibc
internal import LaunchFiles
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The packages that pip has installed into a folder, as entries of a layer. The same wheels give the same bytes on any
/// machine.
struct InstalledPackages {
    /// The folder of the packages in the image, without a leading slash.
    static let folder = "opt/launch/packages"
    /// The folder of their commands.
    static let commands = "\(folder)/bin"

    let root: SourceRoot
    let nodes: [LayerTree.Node]
    /// The bytes of all files.
    var bytes: Int64 { nodes.reduce(0) { $0 + $1.entry.size } }

    /// Notes of pip about the installation, not parts of a package.
    private static let notes: Set<Substring> = ["INSTALLER", "REQUESTED", "direct_url.json"]
    private static let maxText = 16 << 20

    /// - Parameter site: the folder that pip has written. Its texts that name this machine are changed.
    init(of site: String) throws(BackendError) {
        for entry in try SourceListing(of: site).entries where entry.kind == .file {
            let parts = entry.path.split(separator: "/")
            if parts.count == 2, parts[0] == "bin" {
                try Self.rewrite(entry, in: site, Self.command)
            } else if parts.count == 2, parts[0].hasSuffix(".dist-info"), parts[1] == "RECORD" {
                try Self.rewrite(entry, in: site) { Self.record(String(decoding: $0, as: UTF8.self)) }
            }
        }
        let listing = try SourceListing(of: site)
        root = listing.root
        var nodes = [Self.top]
        for entry in listing.entries where !Self.isNote(entry) {
            let path = "\(Self.folder)/\(entry.path)"
            if let why = LayerPath.refusal(of: path) {
                throw BackendError(.invalid, "A package has '\(entry.path)', which no layer can have: \(why).")
            }
            // The modes of folders depend on the umask of this process.
            let isProgram = entry.kind != .file || entry.mode & 0o100 != 0
            nodes.append(
                LayerTree.Node(path: path, entry: entry, user: 0, group: 0, mode: isProgram ? 0o755 : 0o644))
        }
        self.nodes = nodes
    }

    private static let top = LayerTree.Node(
        path: folder, entry: SourceListing.Entry(path: "", kind: .folder, mode: 0o755, size: 0), user: 0, group: 0,
        mode: 0o755)

    private static func isNote(_ entry: SourceListing.Entry) -> Bool {
        let parts = entry.path.split(separator: "/")
        return parts.contains("__pycache__")
            || parts.count == 2 && parts[0].hasSuffix(".dist-info") && notes.contains(parts[1])
    }

    private static func rewrite(
        _ entry: SourceListing.Entry, in site: String, _ change: ([UInt8]) -> [UInt8]?
    ) throws(BackendError) {
        guard entry.size <= maxText else { return }
        let path = "\(site)/\(entry.path)"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BackendError(.transient, "'\(entry.path)' of a package cannot be read.")
        }
        guard let bytes = change([UInt8](data)) else { return }
        do throws(FileFailure) {
            try AtomicFile.replace(path, with: bytes)
        } catch {
            throw BackendError(.unavailable, "'\(entry.path)' of a package cannot be written: \(error.reason).")
        }
        chmod(path, mode_t(entry.mode))
    }

    /// A command with the Python of the image in place of the agent's; nil if it is for no Python.
    static func command(_ bytes: [UInt8]) -> [UInt8]? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
        func text(_ index: Int) -> String { index < lines.count ? String(decoding: lines[index], as: UTF8.self) : "" }
        let head: Int
        if text(0).hasPrefix("#!"), text(0).contains("python") {
            head = 1
        } else if text(0) == "#!/bin/sh", text(1).hasPrefix("'''exec' "), text(2) == "' '''" {
            // How pip begins a command if the path of the Python is long or has spaces.
            head = 3
        } else {
            return nil
        }
        return Array("#!/usr/bin/env python3".utf8) + lines.dropFirst(head).flatMap { [UInt8(ascii: "\n")] + $0 }
    }

    /// The list of a package's files without commands, whose bytes depend on the machine, and without notes; sorted.
    static func record(_ text: String) -> [UInt8] {
        let lines = text.split(whereSeparator: \.isNewline).filter { line in
            let path = line.prefix { $0 != "," }
            guard !path.hasPrefix("../"), !path.contains("__pycache__/") else { return false }
            return !(path.contains(".dist-info/") && notes.contains(path.split(separator: "/").last ?? ""))
        }
        return Array((lines.sorted().joined(separator: "\n") + "\n").utf8)
    }
}
