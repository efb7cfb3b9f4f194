import Foundation
import Glibc
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSnapshots

@Suite("Sources that are too large")
struct SourceLimitsTests {
    private func scan(
        _ scratch: Scratch, _ rules: DockerIgnore = .none, limits: SourceLimits = SourceLimits()
    ) throws(LaunchError) -> ContextScan {
        try ContextScan(of: "\(scratch.path)/src", ignoring: rules, work: SourceWork(limits: limits))
    }

    @Test
    func `a file counts with the size that the file system reports, before it is read`() throws {
        let scratch = try Scratch()
        try scratch.write(["src/hole": ""])
        try #require(truncate("\(scratch.path)/src/hole", 5 << 40) == 0)
        let error = #expect(throws: LaunchError.self) { try scan(scratch) }
        #expect(error?.message.contains("larger than 20g, the 'source_size_limit'") == true)
        #expect(try scan(scratch, limits: .none).bytes == 5 << 40)
    }

    @Test
    func `entries count, and excluded ones do not`() throws {
        let scratch = try Scratch()
        for index in 0..<12 { try scratch.write(["src/f\(index)": ""]) }
        let error = #expect(throws: LaunchError.self) { try scan(scratch, limits: SourceLimits(entries: 11)) }
        #expect(error?.message.contains("more than 11 files and folders") == true)
        let rules = try DockerIgnore(parsing: "f1*\n", file: ".dockerignore")
        #expect(try scan(scratch, rules, limits: SourceLimits(entries: 11)).entries.count == 9)
    }

    @Test
    func `folders are read to a limited depth`() throws {
        let scratch = try Scratch()
        try scratch.write(["src/\(String(repeating: "d/", count: 300))": ""])
        let error = #expect(throws: LaunchError.self) { try scan(scratch) }
        #expect(error?.message.contains("more than 256 deep") == true)
        let rules = try DockerIgnore(parsing: "d\n", file: ".dockerignore")
        #expect(try scan(scratch, rules).entries.isEmpty)
    }

    @Test
    func `the first pipes are named, the others counted`() throws {
        let scratch = try Scratch()
        try scratch.write(["src/": ""])
        for index in 0..<30 { try #require(mkfifo("\(scratch.path)/src/p\(index)", 0o600) == 0) }
        let warnings = try scan(scratch).warnings
        #expect(warnings.count == 21)
        #expect(warnings.last?.message == "10 more sockets, pipes and devices are left out")
    }

    @Test
    func `ten thousand rules are matched fast; more are rejected with their line`() throws {
        let most = (0..<DockerIgnore.maxRules).map { "some/long/folder/name-\($0)" }.joined(separator: "\n")
        let scratch = try Scratch()
        for index in 0..<200 { try scratch.write(["src/some/long/folder/name\(index)": ""]) }
        let begin = ContinuousClock.now
        #expect(try scan(scratch, DockerIgnore(parsing: most, file: "rules")).entries.count == 203)
        // Measured: 0.5 s in a debug build. The previous matcher took two minutes.
        #expect(ContinuousClock.now - begin < .seconds(60))
        let error = #expect(throws: LaunchError.self) { try DockerIgnore(parsing: most + "\nlast", file: "rules") }
        #expect(error?.message == "rules:10001: there are more than 10000 patterns, which is the limit.")
    }

    @Test
    func `a checkout that exceeds the limit is stopped`() async throws {
        let scratch = try Scratch()
        try scratch.write(["src/": ""])
        let folder = "\(scratch.path)/src"
        let space = CheckoutSpace(
            folder: folder, limits: SourceLimits(bytes: 1000, entries: 5), reserve: DiskReserve(bytes: 0),
            pause: .milliseconds(5))
        let error = await #expect(throws: LaunchError.self) {
            try await space.watch { () async throws(LaunchError) in
                var count = 0
                while !Task.isCancelled {
                    count += 1
                    _ = FileManager.default.createFile(atPath: "\(folder)/\(count)", contents: Data(count: 100))
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        #expect(error?.kind == .invalid)
        #expect(
            error?.message.contains("which is the limit") == true
                || error?.message.contains("source_size_limit") == true)
    }

    @Test
    func `a checkout that exceeds the limit before the first measurement is refused`() async throws {
        let scratch = try Scratch()
        try scratch.write(["src/": ""])
        let folder = "\(scratch.path)/src"
        let space = CheckoutSpace(
            folder: folder, limits: SourceLimits(bytes: 1000, entries: 5), reserve: DiskReserve(bytes: 0),
            pause: .seconds(3600))
        let error = await #expect(throws: LaunchError.self) {
            try await space.watch { () async throws(LaunchError) in
                _ = FileManager.default.createFile(atPath: "\(folder)/file", contents: Data(count: 3000))
            }
        }
        #expect(error?.message.contains("source_size_limit") == true)
    }
}
