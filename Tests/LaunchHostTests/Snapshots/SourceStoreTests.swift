import Foundation
import Synchronization
import Testing

import LaunchHost
@testable import LaunchSnapshots

struct SourceStoreTests {
    private func files(in folder: String) throws -> [String] {
        try ContextScan(of: folder, ignoring: .none, work: SourceWork()).entries.map(\.path)
    }

    @Test func `content is stored once under its digest`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(
            ["Dockerfile": "FROM scratch\n", "run.sh": "#!/bin/sh\n", "big/log": "x", ".dockerignore": "big\n"],
            in: "source")
        try scratch.setMode("source/run.sh", 0o755)
        try scratch.link("source/link", to: "/somewhere/else")
        let store = SourceStore(folder: "\(scratch.path)/state/sources")
        let first = try await store.snapshot(of: source)
        #expect(!first.isReused)
        #expect(first.source.dockerfile == "Dockerfile")
        #expect(first.source.origin == source)
        let context = try await store.context(of: first.source.snapshot)
        #expect(context == "\(store.folder)/\(first.source.snapshot)/context")
        #expect(try files(in: context) == [".dockerignore", "Dockerfile", "link", "run.sh"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(context)/link") == "/somewhere/else")
        #expect(FileManager.default.isExecutableFile(atPath: "\(context)/run.sh"))
        #expect(try await ContextDigest.of(folder: context).hex == first.source.snapshot)

        // Excluded files, times and owners do not change the digest.
        try scratch.write(["source/big/log": "other"])
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: "\(source)/run.sh")
        let second = try await store.snapshot(of: source)
        #expect(second.isReused)
        #expect(second.source == first.source)

        // A changed byte, permission bit or name changes the digest.
        var names: Set<String> = [first.source.snapshot]
        try scratch.write(["source/run.sh": "#!/bin/sh\necho\n"])
        try names.insert(await store.snapshot(of: source).source.snapshot)
        try scratch.setMode("source/run.sh", 0o700)
        try names.insert(await store.snapshot(of: source).source.snapshot)
        try FileManager.default.moveItem(atPath: "\(source)/run.sh", toPath: "\(source)/ran.sh")
        try names.insert(await store.snapshot(of: source).source.snapshot)
        #expect(names.count == 4)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).count == 4)
    }

    @Test func `concurrent snapshots of one folder make one entry`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(["Dockerfile": "FROM scratch\n", "d/e": "1"], in: "source")
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try await store.snapshot(of: source).source.snapshot } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        let name = try #require(names.first)
        #expect(names.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == [name])
        _ = try await store.context(of: name)
    }

    @Test func `an excluded Dockerfile is stored, but hidden from COPY`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(
            ["docker/Train [1]": "FROM scratch\n", "a": "", ".dockerignore": "docker\n.dockerignore\n"], in: "source")
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let kept = try await store.snapshot(of: source, dockerfile: "docker/Train [1]").source
        let context = try await store.context(of: kept.snapshot)
        #expect(try files(in: context) == [".dockerignore", "a", "docker", "docker/Train [1]"])
        #expect(try scratch.read("\(context)/.dockerignore") == ".dockerignore\ndocker/Train \\[1\\]\n")
        // A comment in the rules is not content.
        try scratch.write(["source/.dockerignore": "# new\ndocker\n.dockerignore\n"])
        #expect(try await store.snapshot(of: source, dockerfile: "docker/Train [1]").source.snapshot == kept.snapshot)
    }

    @Test func `the ignore file beside the Dockerfile takes precedence`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(
            [
                "train.Dockerfile": "FROM scratch\n", "train.Dockerfile.dockerignore": "b\n", "a": "", "b": "",
                ".dockerignore": "a\n",
            ], in: "source")
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let kept = try await store.snapshot(of: source, dockerfile: "train.Dockerfile").source
        // The other ignore file is not stored, because a builder without this precedence would apply it to the
        // remaining files.
        #expect(
            try files(in: await store.context(of: kept.snapshot))
                == ["a", "train.Dockerfile", "train.Dockerfile.dockerignore"])
    }

    @Test func `only a Dockerfile inside the folder is accepted`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(["inside/Dockerfile": "FROM scratch\n"], in: "source")
        try scratch.write(["outside": "FROM scratch\n"])
        let store = SourceStore(folder: "\(scratch.path)/sources")
        try scratch.link("source/link", to: "inside/Dockerfile")
        try scratch.link("source/escape", to: "../outside")
        #expect(try await store.snapshot(of: source, dockerfile: "link").source.dockerfile == "inside/Dockerfile")
        #expect(
            try await store.snapshot(of: source, dockerfile: "\(source)/inside/Dockerfile").source.dockerfile
                == "inside/Dockerfile")
        for (name, why) in [
            ("escape", "is not inside the source folder"), ("../outside", "is not inside the source folder"),
            ("inside", "is not a file"),
            ("Dockerfile", "the Dockerfile 'Dockerfile' does not exist"),
        ] {
            let error = try await #require(throws: LaunchError.self) {
                try await store.snapshot(of: source, dockerfile: name)
            }
            #expect(error.kind == .invalid)
            #expect(error.message.contains(why))
        }
    }

    @Test func `a damaged snapshot is reported and repaired`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(["Dockerfile": "FROM scratch\n", "data": "12345"], in: "source")
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let name = try await store.snapshot(of: source).source.snapshot
        try scratch.write(["sources/\(name)/context/data": "1"])
        let error = try await #require(throws: LaunchError.self) { try await store.context(of: name) }
        #expect(error.kind == .unavailable)
        #expect(try await !store.snapshot(of: source).isReused)
        _ = try await store.context(of: name)
        for bad in [String(repeating: "0", count: 64), "../../etc", ""] {
            await #expect(throws: LaunchError.self) { try await store.context(of: bad) }
        }
    }

    @Test func `a file that changes during the copy is noticed`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(["Dockerfile": "FROM scratch\n"], in: "source")
        let big = "\(source)/big"
        try Data(count: 40 << 20).write(to: URL(filePath: big))
        let store = SourceStore(folder: "\(scratch.path)/sources")
        // The file changes between the computation of its digest and the copy, each time.
        let times = Mutex(0)
        let error = try await #require(throws: LaunchError.self) {
            try await store.snapshot(of: source) { progress in
                guard progress.step == .hash else { return }
                let time = times.withLock {
                    $0 += 1
                    return $0
                }
                guard let file = FileHandle(forWritingAtPath: big) else { return }
                try? file.write(contentsOf: Data("\(time)".utf8))
                try? file.close()
            }
        }
        #expect(times.withLock { $0 } == 3)
        #expect(error.kind == .tryAgain)
        #expect(error.message.contains("'big' of the source changed"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).isEmpty)
        #expect(try await !store.snapshot(of: source).isReused)
    }

    @Test func `snapshots that no run names are pruned`() async throws {
        let scratch = try Scratch()
        let store = SourceStore(folder: "\(scratch.path)/sources")
        #expect(try await store.prune(keeping: []) == [])
        var names: [String] = []
        for index in 0..<3 {
            let source = try scratch.write(["Dockerfile": "FROM scratch\n", "d/x": "\(index)"], in: "source\(index)")
            try scratch.setMode("source\(index)/d", 0o555)
            try names.append(await store.snapshot(of: source).source.snapshot)
            try scratch.setMode("source\(index)/d", 0o755)
        }
        // One abandoned staging folder, and one in use.
        try scratch.write([".incoming-left/x": ""], in: "sources")
        let staging = try StagingFolder(in: store.folder)
        #expect(try await store.prune(keeping: []) == [])
        #expect(try await store.prune(keeping: [names[1]], olderThan: -60) == [names[0], names[2]].sorted())
        let left = try FileManager.default.contentsOfDirectory(atPath: store.folder)
        #expect(Set(left) == [names[1], URL(filePath: staging.path).lastPathComponent])
    }

    @Test func `a cancelled snapshot ends with an error`() async throws {
        let scratch = try Scratch()
        let source = try scratch.write(["Dockerfile": "FROM scratch\n"], in: "source")
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.snapshot(of: source)
        }
        let error = await #expect(throws: LaunchError.self) { try await task.value }
        #expect(error?.message.contains("cancelled") == true)
    }
}
