import Foundation
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchBlobs

/// Removals of code, alone and between the calls of uploads.
@Suite struct CodeRemovalTests {
    private static let digest = String(repeating: "ab", count: 32)
    private static let place = CodePlace(root: "mem://b/code", digest: digest)
    private static let month: Duration = .seconds(30 * 86_400)

    private let objects = TimedObjects()
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("code/a", "1")
        try folder.write("code/b", "22")
    }

    private func upload(_ names: [String] = ["a"], by store: (any ObjectStore)? = nil) async throws -> CodeUpload.Report
    {
        let files = names.map { CodeFolder.File(path: $0, source: $0, size: $0 == "a" ? 1 : 2, content: $0) }
        let code = CodeFolder(folder: folder.file("code"), digest: Self.digest, files: files)
        let upload = CodeUpload(
            store ?? objects, to: Self.place, scratch: folder.path, now: { [objects] in objects.now })
        return try await upload.run(code, origin: "me") { _ in }
    }

    private func remove(
        by store: (any ObjectStore)? = nil, _ isInUse: @escaping @Sendable () -> Bool = { false }
    ) async throws -> CodeRemoval.Outcome {
        try await CodeRemoval(store ?? objects, scratch: folder.path).remove(
            Self.place, unusedFor: Self.month, isInUse: { isInUse() })
    }

    private var files: [String] {
        objects.uris.filter { $0.hasPrefix(Self.place.files) }.map { String($0.dropFirst(Self.place.files.count)) }
    }
    private var isComplete: Bool { objects.bytes(Self.place.marker) != nil }
    private var marks: [String] { objects.uris.filter { $0.hasPrefix(Self.place.removals) } }

    @Test func `an old version goes with its marker first, and a recent or used one stays complete`() async throws {
        _ = try await upload(["a", "b"])
        let all = objects.uris
        objects.advance(days: 29)
        #expect(try await remove() == .usedSince)
        #expect(objects.uris == all)
        // A removal that gives up records a use.
        objects.advance(days: 31)
        #expect(try await remove { true } == .usedByRun)
        #expect(objects.uris == all && isComplete)
        objects.advance(days: 31)
        #expect(try await remove() == .removed)
        #expect(objects.uris.allSatisfy { $0.contains("/last/") })
        #expect(try await upload(["a", "b"]).uploaded == 2)
    }

    @Test func `a use keeps an old version, and an incomplete version has an age too`() async throws {
        _ = try await upload()
        objects.advance(days: 40)
        #expect(try await upload().isUnchanged)
        #expect(try await remove() == .usedSince)
        objects.advance(days: 40)
        objects.state.withLock { $0.objects[Self.place.marker] = nil }
        #expect(try await remove() == .removed)
        #expect(files.isEmpty)
    }

    @Test func `without the right to delete nothing is written`() async throws {
        _ = try await upload()
        objects.advance(days: 40)
        objects.state.withLock { $0.mayDelete = false }
        let before = objects.state.withLock(\.objects)
        let error = await #expect(throws: BackendError.self) { _ = try await remove() }
        #expect(error?.category == .denied)
        #expect(objects.state.withLock(\.objects) == before)
    }

    @Test func `a removal respects the mark of another one for as long as it is in force`() async throws {
        _ = try await upload()
        objects.advance(days: 40)
        let mark = "\(Self.place.removals)other.json"
        objects.state.withLock { $0.objects[mark] = .init(bytes: [], modified: $0.now) }
        #expect(try await remove() == .removedElsewhere)
        #expect(marks == [mark] && isComplete)
        objects.advance(days: 31)
        #expect(try await remove() == .removed)
        #expect(marks.isEmpty && files.isEmpty)
    }

    @Test func `a version is listed with its files, its last use and its state`() async throws {
        _ = try await upload(["a", "b"])
        objects.state.withLock { state in
            let now = state.now
            for name in ["last/x.json", "other/files/a", "\(Self.digest)x/files/a", Self.digest] {
                state.objects["\(Self.place.root)/\(name)"] = .init(bytes: [1], modified: now)
            }
        }
        let uploaded = objects.now
        var expected = CodeVersion(place: Self.place, files: 2, bytes: 3, isComplete: true, lastUse: uploaded)
        #expect(try await CodeVersion.all(below: Self.place.root, in: objects) == [expected])
        objects.advance(days: 3)
        objects.state.withLock { state in
            state.objects[Self.place.marker] = nil
            state.objects["\(Self.place.removals)x"] = .init(bytes: [], modified: state.now)
        }
        expected.isComplete = false
        expected.isBeingRemoved = true
        #expect(try await CodeVersion.all(below: Self.place.root, in: objects) == [expected])
    }

    // MARK: interleavings

    /// After any interleaving of an upload and a removal, an upload that ended without an error has all its files, and so
    /// does a version with its marker. A later upload always succeeds.
    @Test(arguments: [true, false])
    func `an upload and a removal may interleave in any way`(wasComplete: Bool) async throws {
        var outcomes: [String: Int] = [:]
        for seed in 0..<400 {
            objects.state.withLock { $0.objects = [:] }
            if wasComplete { _ = try await upload() }
            objects.advance(days: 40)
            let turns = Turns(seed: UInt64(seed), actors: 2)
            async let uploaded = turns.run(0, on: objects) { store in try await upload(by: store) }
            async let removed = turns.run(1, on: objects) { store in try await remove(by: store) }
            await turns.drive()
            let (report, outcome) = await (uploaded, removed)
            outcomes["\(report != nil) \(outcome.map { "\($0)" } ?? "failed")", default: 0] += 1
            if report != nil { #expect(files == ["a"], "seed \(seed): the upload succeeded without its file") }
            if isComplete { #expect(files == ["a"], "seed \(seed): there is a marker without the file") }
            #expect(outcome != nil && marks.isEmpty, "seed \(seed)")
            _ = try await upload()
            #expect(files == ["a"] && isComplete, "seed \(seed): a later upload")
        }
        // Both ends occur, so the seeds do interleave.
        #expect(outcomes["true usedSince", default: 0] > 0 && outcomes["true removed", default: 0] > 0, "\(outcomes)")
    }

    @Test func `of two removals at once at most one deletes files, and an upload beside them keeps its files`()
        async throws
    {
        for seed in 0..<300 {
            objects.state.withLock { $0.objects = [:] }
            _ = try await upload()
            objects.advance(days: 40)
            let turns = Turns(seed: UInt64(seed), actors: 3)
            async let uploaded = turns.run(0, on: objects) { store in try await upload(by: store) }
            async let first = turns.run(1, on: objects) { store in try await remove(by: store) }
            async let second = turns.run(2, on: objects) { store in try await remove(by: store) }
            await turns.drive()
            let (report, outcomes) = await (uploaded, [first, second])
            if report != nil || isComplete { #expect(files == ["a"], "seed \(seed): \(outcomes)") }
            #expect(marks.isEmpty, "seed \(seed): \(outcomes)")
        }
    }
}

/// Gives several actors their turns in the order of a seed: one call of the object store at a time.
private actor Turns {
    private var generator: SeededRandom
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var unfinished: Set<Int>
    private var change: CheckedContinuation<Void, Never>?

    init(seed: UInt64, actors: Int) {
        generator = SeededRandom(seed: seed)
        unfinished = Set(0..<actors)
    }

    /// Runs an actor with a store whose calls take turns. Nil if it fails.
    nonisolated func run<Value: Sendable>(
        _ actor: Int, on base: TimedObjects, _ work: @Sendable (TurnedObjects) async throws -> Value
    ) async -> Value? {
        let value = try? await work(TurnedObjects(base: base) { await self.turn(actor) })
        await finish(actor)
        return value
    }

    private func turn(_ actor: Int) async {
        await withCheckedContinuation { continuation in
            waiting[actor] = continuation
            resumeDriver()
        }
    }

    private func finish(_ actor: Int) {
        unfinished.remove(actor)
        resumeDriver()
    }

    private func resumeDriver() {
        guard waiting.count == unfinished.count else { return }
        change?.resume()
        change = nil
    }

    /// Gives turns until all actors have finished.
    func drive() async {
        while true {
            if waiting.count < unfinished.count { await withCheckedContinuation { change = $0 } }
            guard let actor = waiting.keys.sorted().randomElement(using: &generator) else { return }
            waiting.removeValue(forKey: actor)?.resume()
        }
    }
}
