import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchPluginKit
@testable import LaunchStore

/// Outputs and logs of runs in a store that machines share, and their limits, with a real PostgreSQL server.
@Suite("outputs of a team", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct SharedOutputsTests {
    private let team: SharedSourcesTests.Team
    private let agent: SharedSourcesTests.Machine
    private let ada: SharedSourcesTests.Machine
    private let bob: SharedSourcesTests.Machine

    init() throws {
        team = try SharedSourcesTests.Team()
        (agent, ada, bob) = (try team.machine("gpu"), try team.machine("ada"), try team.machine("bob"))
    }

    /// A run of ada that has begun, with these files as its outputs.
    private func run(_ id: String, _ files: [String: Int]) async throws -> (RunRecord, [Outcome.Output], String) {
        try team.database.run(
            """
            INSERT INTO launch.runs (id, resource, name, project, author, priority, state, spec, submitted_at, claim_token)
            VALUES ('\(id)', 'mock', 'n', 'p', '\(team.database.name)_ada', 2, 'running', '{}', 1, 7)
            """)
        let record = try await agent.store.run(try #require(RunID(rawValue: id)))
        let folder = try agent.store.home.makeFolder(of: record.id)
        for (name, size) in files {
            let path = "\(folder)/outputs/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(filePath: path))
        }
        return (record, [Outcome.Output(name: "/out", path: "\(folder)/outputs/out")], folder)
    }

    private func copy(_ run: (RunRecord, [Outcome.Output], String)) async throws -> String? {
        try await SharedOutputs(store: agent.store, log: .silent).copy(run.1, of: run.0, in: run.2)
    }

    private func bytes(of file: SharedOutput, _ run: RunID, _ store: Store) async throws -> [UInt8] {
        var all: [UInt8] = []
        var part: Int64 = 0
        while let bytes = try await store.output(file, part: part, of: run) {
            all += bytes
            part += 1
        }
        return all
    }

    private var usage: Int {
        get throws { Int(try team.database.run("SELECT coalesce(sum(bytes), 0) FROM launch.text_usage")[0]) ?? -1 }
    }

    @Test func `the author of a run has its outputs on another machine, and other submitters have not`() async throws {
        let run = try await run("run00001", ["out/a/model.bin": 1_300_000, "out/empty": 0, "out/metrics.json": 20])
        #expect(try await copy(run) == nil)
        let outputs = try await ada.store.outputs(of: run.0.id)
        #expect(outputs.map(\.file) == ["out/a/model.bin", "out/empty", "out/metrics.json"])
        #expect(outputs.allSatisfy(\.isCopied) && outputs[0].host == HostName.current)
        for file in outputs {
            let original = try [UInt8](Data(contentsOf: URL(filePath: file.path)))
            #expect(try await bytes(of: file, run.0.id, ada.store) == original, "\(file)")
        }
        #expect(try await bob.store.outputs(of: run.0.id).isEmpty)
        #expect(try await bob.store.output(outputs[0], part: 0, of: run.0.id) == nil)
        #expect(try usage == 1_300_020)

        // After an interruption the agent begins again.
        #expect(try await copy(run) == nil)
        #expect(try usage == 1_300_020)
        try team.database.run("DELETE FROM launch.runs")
        #expect(try usage == 0)
        #expect(try team.database.run("SELECT count(*) FROM launch.run_output_parts") == ["0"])
    }

    @Test func `the smallest files are copied up to the limit, and a sentence says where the others are`() async throws
    {
        try team.database.run("INSERT INTO launch.settings VALUES ('output_bytes', '2000000')")
        let run = try await run("run00001", ["out/b": 3_000_000, "out/a": 1_500_000, "out/c": 100])
        let said = try await copy(run)
        #expect(
            said == "2 of 3 files of the outputs are in the store; the others are only on \(HostName.current), in "
                + "\(run.2): the store keeps up to 2 MB of the outputs of one run.")
        let outputs = try await ada.store.outputs(of: run.0.id)
        #expect(outputs.filter(\.isCopied).map(\.file) == ["out/a", "out/c"])
        #expect(outputs.first { !$0.isCopied }?.path == "\(run.2)/outputs/out/b")
    }

    @Test func `a user whose limit is reached gets a sentence, also for logs, and the runs of others are copied`()
        async throws
    {
        try team.database.run("INSERT INTO launch.settings VALUES ('author_text_bytes', '1000000')")
        let first = try await run("run00001", ["out/a": 900_000])
        #expect(try await copy(first) == nil)
        let second = try await run("run00002", ["out/a": 200_000])
        let said = try await copy(second)
        #expect(said?.contains("The store keeps 1 MB of the logs and outputs of one user") == true, "\(said ?? "-")")
        func add(isNotice: Bool = false) async throws {
            try await agent.store.add(
                String(repeating: "x", count: 200_000), to: .log, of: second.0.id,
                upTo: TextEnd(number: 0, source: "s"), isNotice: isNotice, token: 7)
        }
        #expect(await storeError { try await add() }?.code == .refused)
        try await add(isNotice: true)
        try team.database.run("UPDATE launch.runs SET author = 'other' WHERE id = 'run00002'")
        #expect(try await copy(second) == nil)
        // What goes with its run makes room.
        try team.database.run("DELETE FROM launch.runs WHERE id = 'run00001'")
        let third = try await run("run00003", ["out/a": 900_000])
        try team.database.run("UPDATE launch.settings SET name = 'text_bytes' WHERE name = 'author_text_bytes'")
        #expect(try await copy(third) != nil)
        try team.database.run("DELETE FROM launch.runs WHERE id = 'run00002'")
        #expect(try await copy(third) == nil)
    }

    @Test func `an earlier owner of a run copies nothing`() async throws {
        let run = try await run("run00001", ["out/a": 10])
        try team.database.run("UPDATE launch.runs SET claim_token = 8")
        let said = try await copy(run)
        #expect(said?.contains("has a new owner") == true)
        #expect(try team.database.run("SELECT count(*) FROM launch.run_outputs") == ["0"])
    }

    @Test func `the bytes are counted in whichever way texts change`() async throws {
        _ = try await run("run00001", [:])
        let key = "('run00001', 'log', "
        let insert = { (part: Int, size: Int) in
            "INSERT INTO launch.run_texts (run_id, kind, part, source, data) VALUES \(key)\(part), 's', repeat('ä', \(size)))"
        }
        try team.database.run(insert(0, 100), insert(1, 50))
        #expect(try usage == 300)
        try team.database.run("DELETE FROM launch.run_texts WHERE part = 0")
        #expect(try usage == 100)
        try team.database.run("DELETE FROM launch.runs")
        #expect(try usage == 0)
    }
}

@Suite("a folder for outputs") struct OutputFolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func write(_ name: String, _ text: String = "text", size: Int64? = nil) async throws {
        var rest: [UInt8]? = Array(text.utf8)
        try await OutputFolder("\(scratch.path)/to").write(name, size: size ?? Int64(text.utf8.count)) {
            defer { rest = nil }
            return rest
        }
    }

    @Test func `files are written below it, and none is replaced`() async throws {
        try await write("a/b/c")
        #expect(try String(contentsOfFile: "\(scratch.path)/to/a/b/c", encoding: .utf8) == "text")
        await #expect(throws: LaunchError.self) { try await write("a/b/c", "other") }
        await #expect(throws: LaunchError.self) { try await write("a/b") }
        #expect(try String(contentsOfFile: "\(scratch.path)/to/a/b/c", encoding: .utf8) == "text")
    }

    @Test(arguments: ["../x", "/x", "a/../../x", "", "a//b", "./x", "a/", "a/\0b"])
    func `a name that leads out of it is refused`(name: String) async throws {
        await #expect(throws: LaunchError.self) { try await write(name) }
    }

    @Test func `a link in it is not followed`() async throws {
        try await write("a")
        try scratch.link("to/link", to: scratch.path)
        await #expect(throws: LaunchError.self) { try await write("link/x") }
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/x"))
    }

    @Test func `a file with fewer bytes than announced does not stay`() async throws {
        for size: Int64 in [3, 9] {
            await #expect(throws: LaunchError.self) { try await write("a", size: size) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/to").isEmpty)
    }
}
