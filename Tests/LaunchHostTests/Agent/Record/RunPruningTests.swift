import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

/// The rows and files that `launch prune` removes, and those that it keeps.
@Suite struct RunPruningTests {
    private let sandbox: Sandbox
    private let day = 86_400.0

    init() throws {
        sandbox = try Sandbox()
    }

    /// A store whose clock says that day.
    private func store(day number: Double) throws -> Store {
        let date = Date(timeIntervalSince1970: number * day)
        return try sandbox.store { date }
    }

    private func old(_ number: Double, queue: String? = nil, project: String? = nil) -> OldRuns {
        OldRuns(endedBy: Timestamp(Date(timeIntervalSince1970: number * day)), queue: queue, project: project)
    }

    /// A run that ended on that day.
    @discardableResult
    private func ended(_ id: String, day number: Double, project: String = "p", state: RunState = .succeeded)
        async throws
        -> RunID
    {
        let store = try store(day: number)
        var spec = LaunchSpec.sample(queue: nil)
        spec.project = project
        let run = try await store.submit(spec, as: #require(RunID(rawValue: id)), claimedBy: owner("a"))
        try await store.transition(run.id, token: run.fencingToken, to: state, message: "on day \(number)")
        return run.id
    }

    private func write(_ name: String, of id: RunID) throws {
        let path = "\(sandbox.home.folder(of: id))/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data("x\n".utf8).write(to: URL(fileURLWithPath: path))
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func `only old ended runs are removed, and the archive has them complete`() async throws {
        for (id, day) in [("r1", 1.0), ("r2", 2), ("r9", 9)] { try await ended(id, day: day) }
        let store = try store(day: 10)
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        try await self.store(day: 1).submit(.sample(), as: #require(RunID(rawValue: "waits")))
        let first = try #require(RunID(rawValue: "r1"))
        let whole = try await store.run(first)
        let events = try await store.events(of: first)
        #expect(events.count == 3)

        let pruning = RunPruning(store, archivingTo: sandbox.home.archive)
        let plan = try await pruning.plan(old(2))
        #expect(plan.runs.map(\.rawValue) == ["r1", "r2"] && plan.events == 6 && plan.archive == nil)
        #expect(try await store.runs().count == 4 && !exists(sandbox.home.archive))

        let result = try await pruning.run(old(2))
        #expect(result.runs == plan.runs && result.events == 6)
        #expect(try await store.runs().map(\.id.rawValue) == ["waits", "r9"])
        #expect(try await store.events().map(\.runID.rawValue).filter { $0.hasPrefix("r") } == ["r9", "r9", "r9"])
        let path = try #require(result.archive)
        #expect(path.hasPrefix("\(sandbox.home.archive)/runs-19700111T000000.000Z") && path.hasSuffix(".jsonl"))
        let entries = try RunArchive.entries(of: path)
        #expect(entries.map(\.run.id.rawValue) == ["r1", "r2"])
        #expect(entries.first?.run == whole && entries.first?.events == events)
        let mode = try FileManager.default.attributesOfItem(atPath: sandbox.home.archive)[.posixPermissions]
        #expect(mode as? Int == 0o700)
        // A second call has nothing to do, and makes no file.
        #expect(try await pruning.run(old(2)).archive == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.archive).count == 1)
    }

    @Test func `a run is old only if it matches all filters`() async throws {
        try await ended("a1", day: 1, project: "a")
        try await ended("b1", day: 1, project: "b", state: .failed)
        let store = try store(day: 5)
        #expect(try await store.oldRuns(old(3, project: "a")).map(\.rawValue) == ["a1"])
        #expect(try await store.oldRuns(old(3, queue: "q")).isEmpty)
        #expect(try await store.oldRuns(old(1)).count == 2)
        #expect(try await store.oldRuns(old(0.9)).isEmpty)
    }

    @Test func `without an archive, old runs are removed with their events and logs`() async throws {
        let id = try await ended("r1", day: 1)
        try await ended("r9", day: 9)
        try write("log", of: id)
        let store = try store(day: 10)
        var steps: [String] = []
        let result = try await RunPruning(store, archivingTo: nil).run(old(2)) { steps.append("\($0)/\($1)") }
        #expect(result.runs == [id] && result.archive == nil && steps == ["0/1"])
        #expect(try await store.runs().map(\.id.rawValue) == ["r9"])
        #expect(try await store.events().allSatisfy { $0.runID != id })
        #expect(!exists(sandbox.home.archive) && !exists(sandbox.home.folder(of: id)))
    }

    @Test func `runs that a backend may still hold are kept`() async throws {
        let store = try store(day: 1)
        let run = try await store.submit(
            .sample(queue: nil), as: #require(RunID(rawValue: "held")), claimedBy: owner("a"))
        try await store.transition(
            run.id, token: run.fencingToken, to: .failed,
            changes: RunChanges(handle: RunHandle(runner: "mock", runID: run.id)))
        let pruning = RunPruning(store, archivingTo: sandbox.home.archive)
        let result = try await pruning.run(old(5))
        #expect(result.runs.isEmpty && result.unreleased == 1 && result.archive == nil)
        #expect(try await store.removeEnded([run.id]) == 0)
        try await store.markReleased(run.id)
        #expect(try await pruning.run(old(5)).runs == [run.id])
        #expect(try await store.runs().isEmpty)
        #expect(try await store.events().isEmpty)
    }

    @Test func `logs are removed, and results only on request`() async throws {
        let ids = [try await ended("r1", day: 1), try await ended("r2", day: 1)]
        for id in ids { for name in ["log", "build.log", "rehearsal.json"] { try write(name, of: id) } }
        try write("outputs/model/weights.bin", of: ids[1])
        let store = try store(day: 3)
        let result = try await RunPruning(store, archivingTo: sandbox.home.archive).run(old(2))
        #expect(!exists(sandbox.home.folder(of: ids[0])))
        #expect(exists("\(sandbox.home.folder(of: ids[1]))/outputs/model/weights.bin"))
        #expect(!exists("\(sandbox.home.folder(of: ids[1]))/log"))
        #expect(result.resultFolders == [sandbox.home.folder(of: ids[1])])

        let third = try await ended("r3", day: 1)
        try write("outputs/model/weights.bin", of: third)
        let all = try await RunPruning(store, archivingTo: sandbox.home.archive, removesResults: true).run(old(2))
        #expect(all.resultFolders.isEmpty && !exists(sandbox.home.folder(of: third)))
    }

    @Test func `snapshots that a job needs are kept`() async throws {
        let store = try store(day: 1)
        let (used, unused) = (String(repeating: "a", count: 64), String(repeating: "b", count: 64))
        for name in [used, unused] {
            let path = "\(sandbox.home.sources)/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            // A new one may be of a program that records its name later.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: path)
        }
        try await store.createJob(
            "j", source: .code(Source.Code(snapshot: used, origin: "/x", dockerfile: "Dockerfile")))
        let result = try await RunPruning(store, archivingTo: sandbox.home.archive).run(old(2))
        #expect(result.snapshots == [unused] && exists("\(sandbox.home.sources)/\(used)"))
    }

    @Test func `without an archive nothing is removed`() async throws {
        let id = try await ended("r1", day: 1)
        try write("log", of: id)
        let store = try store(day: 3)
        // The folder's place is taken by a file.
        let file = "\(sandbox.path)/file"
        try Data().write(to: URL(fileURLWithPath: file))
        await #expect(throws: (any Error).self) {
            _ = try await RunPruning(store, archivingTo: "\(file)/archive").run(old(2))
        }
        #expect(try await store.run(id).state == .succeeded && exists("\(sandbox.home.folder(of: id))/log"))
        // A full disk: an archive that is not complete leaves no file.
        do {
            let archive = try RunArchive(in: sandbox.home.archive, at: store.now)
            try archive.append(RunArchive.Entry(run: try await store.run(id), events: [], rehearsal: nil))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.archive).isEmpty)
    }

    @Test func `two archives of one moment have two names`() throws {
        try sandbox.home.make()
        let now = Timestamp(milliseconds: 0)
        let archives = try (0..<3).map { _ in try RunArchive(in: sandbox.home.archive, at: now) }
        for archive in archives { try archive.complete() }
        #expect(Set(archives.map(\.path)).count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.archive).count == 3)
    }

    @Test
    func `archives that are created at the same moment by several programs have a file each`() async throws {
        let folder = sandbox.home.archive
        let now = Timestamp(Date(timeIntervalSince1970: day))
        let paths = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    let archive = try RunArchive(in: folder, at: now)
                    try archive.complete()
                    return archive.path
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(paths.count == 32)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 32)
    }

    @Test func `events of an existing run cannot be removed`() async throws {
        let id = try await ended("r1", day: 1)
        let store = try store(day: 2)
        let error = await storeError {
            _ = try await store.database.write { connection throws(StoreError) in
                try connection.run("DELETE FROM events WHERE run_id = ?", [.text(id.rawValue)])
            }
        }
        #expect(error?.message.contains("never removed before their run") == true, "\(error?.message ?? "")")
        #expect(try await store.events(of: id).count == 3)
    }
}
