import Foundation
import LaunchSafeFiles
import TestSupport
import Testing

struct AtomicFileTests {
    private func content(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test func `the path is replaced at the commit, and not before`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("x", "old")
        let path = folder.file("x")
        do {
            let file = try AtomicFile(replacing: path)
            try file.write(Array("ne".utf8))
            try file.write(Array("w".utf8))
            #expect(try content(path) == "old")
            try file.commit()
        }
        #expect(try content(path) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `without a commit nothing changes, and nothing remains`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("x", "old")
        for path in [folder.file("x"), folder.file("missing")] {
            try AtomicFile(replacing: path).write(Array("new".utf8))
        }
        #expect(try content(folder.file("x")) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func `a failed commit leaves the path and no temporary file`() throws {
        let folder = try TemporaryDirectory()
        // A folder that is not empty cannot be replaced by a file.
        try folder.write("x/inside", "")
        let path = folder.file("x")
        let failure = #expect(throws: FileFailure.self) { try AtomicFile.replace(path, with: Array("new".utf8)) }
        #expect(failure?.step == .replace)
        #expect(failure?.description.hasPrefix("cannot replace \(path): ") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func `an error names the path of the user`() throws {
        let path = "/nonexistent/folder/file"
        let failure = #expect(throws: FileFailure.self) { _ = try AtomicFile(replacing: path) }
        #expect(failure?.description == "cannot write \(path): No such file or directory")
    }

    @Test func `parts are written at their positions, by several tasks`() async throws {
        let folder = try TemporaryDirectory()
        let file = try AtomicFile(replacing: folder.file("x"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in (0..<64).shuffled() {
                group.addTask {
                    try file.write([UInt8](repeating: UInt8(part), count: 1000), at: Int64(part) * 1000)
                }
            }
            try await group.waitForAll()
        }
        try file.commit()
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.file("x"))))
        #expect(bytes == (0..<64).flatMap { [UInt8](repeating: UInt8($0), count: 1000) })
    }

    /// Readers beside many writers see one of the versions, whole.
    @Test func `a reader never sees a mixture`() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("x")
        try AtomicFile.replace(path, with: [UInt8](repeating: 0, count: 10_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for version in 0..<50 {
                group.addTask { try AtomicFile.replace(path, with: [UInt8](repeating: UInt8(version), count: 10_000)) }
                group.addTask {
                    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
                    #expect(bytes.count == 10_000 && Set(bytes).count == 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }
}
