import Foundation
import Glibc
import TestSupport
import Testing

/// One attempt by the author of a source: the content of the source, and the program's message.
struct SourceAttempt: Sendable, CustomTestStringConvertible {
    let name: String
    /// A text that the message must contain. Empty if the source is accepted and the attempt must have no effect.
    let message: String
    /// Words after `submit -q q --source FOLDER`.
    var options: [String] = []
    /// Changes a folder that contains a Dockerfile and a file. The folder's parent contains `secret/key`.
    let prepare: @Sendable (Folder) throws -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ message: String, _ options: [String] = [],
        prepare: @escaping @Sendable (Folder) throws -> Void
    ) {
        self.name = name
        self.message = message
        self.options = options
        self.prepare = prepare
    }

    /// The folder of the source.
    struct Folder: Sendable {
        let path: String

        func file(_ name: String) -> String { "\(path)/\(name)" }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        }

        func link(_ name: String, to target: String) throws {
            unlink(file(name))
            try #require(symlink(target, file(name)) == 0)
        }

        func pipe(_ name: String) throws {
            unlink(file(name))
            try #require(mkfifo(file(name), 0o600) == 0)
        }

        func folder(_ name: String) throws {
            unlink(file(name))
            try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        }
    }
}

extension SourceAttempt {
    private static let leaves = "a link in its path leads out of the folder"

    static let all: [SourceAttempt] = [
        .init("rules from the agent's environment", leaves) { try $0.link(".dockerignore", to: "/proc/self/environ") },
        .init("rules from a file beside the source", leaves) { try $0.link(".dockerignore", to: "../secret/key") },
        .init("rules through two links", leaves) {
            try $0.link("step", to: "../secret")
            try $0.link(".dockerignore", to: "step/key")
        },
        .init("rules from a circular link", ".dockerignore is not read: a part of its path is a link") {
            try $0.link(".dockerignore", to: ".dockerignore")
        },
        .init("rules of the Dockerfile from a link", leaves) {
            try $0.link("Dockerfile.dockerignore", to: "/etc/passwd")
        },
        .init("rules from a pipe without a writer", ".dockerignore cannot be read: it is not a regular file") {
            try $0.pipe(".dockerignore")
        },
        .init("rules from a folder", ".dockerignore cannot be read: it is not a regular file") {
            try $0.folder(".dockerignore")
        },
        .init("rules of 2 MiB", ".dockerignore is larger than 1024 KiB") {
            try $0.write(".dockerignore", String(repeating: "a/b/c/d\n", count: 1 << 18))
        },
        .init("200,000 rules", "there are more than 10000 patterns") {
            try $0.write(".dockerignore", String(repeating: "a*\n", count: 200_000))
        },
        .init("a Dockerfile of 60 MB", "Dockerfile is larger than 1024 KiB") {
            try $0.write("Dockerfile", "FROM scratch\n" + String(repeating: "#23456789\n", count: 6_000_000))
        },
        .init("a sparse Dockerfile", "Dockerfile is larger than 1024 KiB") {
            try #require(truncate($0.file("Dockerfile"), 5 << 40) == 0)
        },
        .init("a Dockerfile with a NUL byte", "has a NUL byte") { try $0.write("Dockerfile", "FROM a\u{0}b\n") },
        .init("a Dockerfile from the agent's environment", "is not inside the source folder") {
            try $0.link("Dockerfile", to: "/proc/self/environ")
        },
        .init("W&B's Dockerfile from a file beside the source", "is not inside the source folder") {
            try $0.link("Dockerfile.wandb", to: "../secret/key")
        },
        .init("a Dockerfile that is a pipe", "is not a file") { try $0.pipe("Dockerfile") },
        .init("a Dockerfile that is a folder", "is not a file") { try $0.folder("Dockerfile") },
        .init("a Dockerfile through a linked folder", "is not inside the source folder", ["-D", "sub/passwd"]) {
            try $0.link("sub", to: "/etc")
        },
        .init("a Dockerfile above the source", "is not inside the source folder", ["-D", "../secret/key"]) { _ in },
        .init("a Dockerfile of the machine", "is not inside the source folder", ["-D", "/etc/passwd"]) { _ in },
        .init("an empty file of 5 TB", "larger than 20g, the 'source_size_limit'") {
            try #require(truncate($0.file("file"), 5 << 40) == 0)
        },
        .init("folders 300 deep", "more than 256 deep") {
            try $0.folder(String(repeating: "d/", count: 300))
        },
        .init("a name that is not UTF-8", "of the source is not UTF-8 text") {
            let path = Array($0.path.utf8) + [0x2f, 0xff, 0xfe]
            let descriptor = path.withUnsafeBufferPointer { bytes in
                [CChar](unsafeUninitializedCapacity: bytes.count + 1) { buffer, count in
                    for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
                    buffer[bytes.count] = 0
                    count = bytes.count + 1
                }
            }.withUnsafeBufferPointer { $0.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1 }
            try #require(descriptor >= 0)
            close(descriptor)
        },
        .init("a pipe in the context", "is a socket, a pipe or a device and is left out") { try $0.pipe("file") },
        .init("a device in the context", "") { folder in
            unlink(folder.file("file"))
            // Only root can make a device. Another user tries a pipe.
            if mknod(folder.file("file"), S_IFCHR | 0o666, 0x105) != 0 { try folder.pipe("file") }
        },
        .init("links to secrets among the files", "") {
            try $0.link("file", to: "../secret/key")
            try $0.link("environment", to: "/proc/self/environ")
            try $0.link("folder", to: "../secret")
        },
        .init("a name with a line break and terminal sequences", "") {
            try $0.write("a\n\u{1b}]0;owned\u{7}b", "x")
        },
    ]
}
