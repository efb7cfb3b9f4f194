import Foundation
import Glibc
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers

@Suite("Writing trees of containers")
struct TreeWriterTests {
    /// The files and links below a folder, with their content or target.
    private func tree(_ root: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var status = stat()
            guard lstat("\(root)/\(name)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: found[name] = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
            case S_IFLNK:
                found[name] = "-> " + (try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(name)"))
            default: break
            }
        }
        return found
    }

    private func write(
        _ hosts: [(String, Tarball)], limit: Int64 = 1 << 20, entries: Int = 1000, keepsName: Bool = false
    ) async throws -> (tree: [String: String], notes: [String]) {
        let folder = try TemporaryDirectory()
        let budget = WriteBudget(
            "model", limit: limit, entries: entries, key: "output_size_limit", folder: folder.path,
            reserve: DiskReserve(bytes: 0))
        var writer = try TreeWriter(root: folder.file("tree"), budget: budget, keepsName: keepsName)
        for (host, tarball) in hosts { try await writer.add(tarball.reader(), of: host) }
        writer.finish()
        return (try tree(folder.file("tree")), writer.notes)
    }

    @Test
    func `A name that is a file of one host and a folder of another: both are kept, in either order`() async throws {
        var file = Tarball()
        file.add("model/", flag: "5")
        file.add("model/a", "one")
        file.add("model/w", "w1")
        var folder = Tarball()
        folder.add("model/", flag: "5")
        folder.add("model/a/", flag: "5")
        folder.add("model/a/b/", flag: "5")
        folder.add("model/a/b/c", "two")
        folder.add("model/a/d", "three")
        folder.add("model/w", "w2")
        let first = try await write([("algo-1", file), ("algo-2", folder)])
        #expect(first.tree == ["a": "one", "a.algo-2/b/c": "two", "a.algo-2/d": "three", "w": "w2"])
        #expect(
            first.notes == [
                "a is a file of algo-1 and a folder of algo-2; the latter's was kept as a.algo-2.",
                "w was written by algo-1 and by algo-2; the latter's was kept.",
            ])
        let second = try await write([("algo-2", folder), ("algo-1", file)])
        #expect(second.tree == ["a.algo-1": "one", "a/b/c": "two", "a/d": "three", "w": "w1"])
    }

    @Test
    func `The same with links, with a taken name, and with a third host`() async throws {
        var link = Tarball()
        link.add("m/a", flag: "2", target: "w")
        link.add("m/a.algo-2", "mine")
        link.add("m/w", "w")
        var folder = Tarball()
        folder.add("m/a/x", "x")
        folder.add("m/a/hard", flag: "1", target: "m/a/x")
        var file = Tarball()
        file.add("m/a", "third")
        let written = try await write([("algo-1", link), ("algo-2", folder), ("algo-3", file)])
        #expect(
            written.tree == [
                "a": "third", "a.algo-2": "mine", "w": "w", "a.algo-2-2/x": "x", "a.algo-2-2/hard": "x",
            ])
    }

    @Test
    func `Nothing is written outside the folder, with any names`() async throws {
        var tarball = Tarball()
        tarball.add("m/../../evil", "1")
        tarball.add("m/./dot", "2")
        tarball.add("m//double", "3")
        tarball.add("m/link", flag: "2", target: "/etc")
        tarball.add("m/link/passwd", "4")
        tarball.add("m/good", "5")
        tarball.add("m/up", flag: "2", target: "../../etc/passwd")
        tarball.add("m/hard", flag: "1", target: "m/../../../etc/passwd")
        tarball.add("m/loose", flag: "1", target: "m/none")
        tarball.add("m/device", flag: "3")
        tarball.extend("path", "m/\(String(repeating: "d/", count: 400))deep")
        tarball.add("short", "6")
        tarball.extend("path", "m/nul\u{0}l")
        tarball.add("short", "7")
        let (tree, notes) = try await write([("", tarball)])
        #expect(tree == ["good": "5", "link.2/passwd": "4", "nul": "7"], "\(tree)")
        for word in ["evil", "./dot", "/double", "link leads out", "up leads out", "loose", "device", "d/d/d/d"] {
            #expect(notes.contains { $0.contains(word) }, "\(word): \(notes)")
        }
    }

    @Test
    func `A file is refused by the size in its header, before its content is read`() async throws {
        var tarball = Tarball()
        tarball.extend("size", "\(5 << 40)")
        tarball.add("m/hole", "")
        let error = await #expect(throws: BackendError.self) { _ = try await write([("algo-1", tarball)]) }
        #expect(error?.message.contains("model is larger than 1m, the 'output_size_limit'") == true)
    }

    @Test
    func `Empty members count, notes are limited, and a later member replaces an earlier one`() async throws {
        var tarball = Tarball()
        for index in 0..<500 { tarball.add("m/p\(index)", flag: "6") }
        let (_, notes) = try await write([("", tarball)])
        #expect(notes.count == 51 && notes.last == "450 more such notes are left out.")
        let error = await #expect(throws: BackendError.self) { _ = try await write([("", tarball)], entries: 400) }
        #expect(error?.message.contains("more than 400 files") == true)
        var twice = Tarball()
        twice.add("m/a", "old")
        twice.add("m/a", "new")
        #expect(try await write([("", twice)]).tree == ["a": "new"])
    }

    @Test
    func `An output that is a single file keeps its name`() async throws {
        var tarball = Tarball()
        tarball.add("single", "s")
        #expect(try await write([("", tarball)], keepsName: true).tree == ["single": "s"])
        var link = Tarball()
        link.add("single", flag: "2", target: "/etc/passwd")
        let written = try await write([("", link)], keepsName: true)
        #expect(written.tree.isEmpty && written.notes == ["the link single leads out of it and was left out."])
    }
}
