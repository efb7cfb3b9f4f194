import Foundation
import TestSupport
import Testing

/// A folder for one test, and functions that write a tree into it.
final class Scratch: Sendable {
    private let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = URL(filePath: directory.path).resolvingSymlinksInPath().path
    }

    /// Writes files and their parent folders. A path that ends in `/` is an empty folder.
    @discardableResult
    func write(_ files: KeyValuePairs<String, String>, in folder: String = "") throws -> String {
        let root = folder.isEmpty ? path : "\(path)/\(folder)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (name, content) in files {
            let url = URL(filePath: "\(root)/\(name)")
            if name.hasSuffix("/") {
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            } else {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.utf8).write(to: url)
            }
        }
        return root
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: name.hasPrefix("/") ? name : "\(path)/\(name)", encoding: .utf8)
    }

    func setMode(_ name: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }
}
