import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct RehearsalOptionTests {
    private func desk() async throws -> Desk {
        var desk = try Desk()
        desk.catalog = LocalRehearser.catalog
        let queue = try desk.folder.write("far-queue.yaml", "allow_credentials: true\n")
        _ = await desk.run("queue create far -r mock --config \(queue)")
        try desk.folder.write("data/train/rows.csv", "1\n")
        try desk.folder.write("file", "1\n")
        return desk
    }

    private static let image = "--image busybox:1"

    /// The options that a plan passes to the runner. Nil without a rehearsal.
    private func planned(_ desk: Desk, _ line: String) async throws -> RehearsalOptions? {
        let answer = await desk.run("plan --json \(line)")
        try #require([.ok, .invalidData].contains(answer.code), "\(line): \(answer.errors)")
        return try answer.json()["request"]?["rehearsal"].map { try $0.decode(RehearsalOptions.self) }
    }

    @Test func `all options of the command line reach the runner`() async throws {
        let desk = try await desk()
        let options = try await planned(
            desk,
            "-q far \(Self.image) --rehearse --channel train=\(desk.folder.path)/data/./train --checkpoints /c/../k "
                + "--output /o --keep-local --drill spot@90s --grace 1.5s --with-credentials --like-instance "
                + "--shm-size 2g")
        #expect(
            options
                == RehearsalOptions(
                    channels: ["train": "DIR/data/train"], checkpoints: "/k", output: "/o", keepsLocal: true,
                    graceSeconds: 2, drill: .init(afterSeconds: 90, graceSeconds: 2), wantsCredentials: true,
                    isLikeInstance: true, sharedMemoryBytes: 2 << 30))
    }

    @Test func `without options the request decides`() async throws {
        let desk = try await desk()
        #expect(try await planned(desk, "-q far \(Self.image) --rehearse") == RehearsalOptions())
        #expect(try await planned(desk, "-q far \(Self.image)") == nil)
    }

    @Test func `a plan says that nothing is sent`() async throws {
        let desk = try await desk()
        let answer = await desk.run("plan -q far \(Self.image) --rehearse")
        #expect(answer.output.contains("request   for mock, to be rehearsed here\n"), "\(answer)")
        #expect(await desk.run("plan -q far \(Self.image)").output.contains("request   for mock\n"))
    }

    @Test func `a drill has a time and the backend's grace period`() async throws {
        let desk = try await desk()
        let plain = try await planned(desk, "-q far \(Self.image) --rehearse --drill spot")
        #expect(plain?.drill == .init(afterSeconds: 10, graceSeconds: 120))
        let minutes = try await planned(desk, "-q far \(Self.image) --rehearse --drill spot@2m")
        #expect(minutes?.drill?.afterSeconds == 120)
    }

    @Test func `a spec file can contain all options, and the command line takes precedence`() async throws {
        let desk = try await desk()
        let file = try desk.folder.write(
            "data/spec.yaml",
            """
            queue: far
            image: busybox:1
            rehearse: true
            channels: {train: train, test: train/rows.csv}
            checkpoints: kept
            output: /o
            keep_local: true
            drill: spot@5s
            grace: 7s
            with_credentials: true
            like_instance: true
            shm_size: 64m
            """)
        let options = try await planned(desk, "--spec \(file) --grace 8 --output /p")
        #expect(
            options
                == RehearsalOptions(
                    channels: ["train": "DIR/data/train", "test": "DIR/data/train/rows.csv"],
                    checkpoints: "DIR/data/kept", output: "/p", keepsLocal: true, graceSeconds: 8,
                    drill: .init(afterSeconds: 5, graceSeconds: 8), wantsCredentials: true, isLikeInstance: true,
                    sharedMemoryBytes: 64 << 20))
    }

    @Test(arguments: [
        ("--rehearse --channel train=/nowhere/at/all", "the folder /nowhere/at/all for channel train does not exist"),
        ("--rehearse --channel train=s3://b/x", "'s3://b/x' is not a local path"),
        ("--rehearse --channel train=", "channel train has no path"),
        ("--rehearse --channel train", "--channel needs KEY=VALUE"),
        ("--rehearse --channel a=/ --channel a=/", "--channel a is given twice"),
        ("--rehearse --output /etc/passwd", "--output needs a folder, and /etc/passwd is a file"),
        ("--rehearse --drill spot@soon", "got 'spot@soon'"),
        ("--rehearse --drill power", "--drill is spot or spot@TIME"),
        ("--rehearse --drill spot@0s", "got 'spot@0s'"),
        ("--rehearse --grace 1y", "--grace is a time such as 90s or 2m; got '1y'"),
        ("--rehearse --grace 100h", "--grace is a time up to a day; got 100h"),
        ("--rehearse --shm-size lots", "--shm-size is a size such as"),
        ("--channel train=/", "--channel is for rehearsals: it needs --rehearse"),
        ("--keep-local", "--keep-local is for rehearsals"),
        ("--grace 5s", "--grace is for rehearsals"),
    ])
    func `an invalid option is rejected before anything is queued`(_ options: String, _ words: String) async throws {
        let desk = try await desk()
        for command in ["plan", "submit", "run"] {
            let answer = await desk.run("\(command) -q far \(Self.image) \(options)")
            #expect(answer.code == .usage && answer.errors.contains(words), "\(command): \(answer.errors)")
        }
        await #expect(try desk.store().runs().isEmpty)
    }

    @Test(
        arguments: [
            ("--checkpoints DIR/data/train", "--checkpoints DIR/data/train is the data of --channel train=DIR/"),
            ("--checkpoints DIR/data", "--checkpoints DIR/data holds the data of --channel train="),
            ("--checkpoints DIR/data/train/ck", "--checkpoints DIR/data/train/ck lies in the data of --channel train="),
            ("--checkpoints DIR/link/new", "--checkpoints DIR/link/new lies in the data of --channel train="),
            ("--checkpoints DIR/dangling", "--checkpoints DIR/dangling lies in the data of --channel train="),
            ("--output DIR/data/train", "--output DIR/data/train is the data of --channel train=DIR/data/train"),
            ("--output DIR/data", nil),
            ("--output DIR/link/../train", "is the data of --channel train="),
            ("--output DIR/data/training", nil),
            ("--output DIR/o --checkpoints DIR/o", "--output DIR/o is the folder of --checkpoints DIR/o"),
            ("--output DIR/o/p --checkpoints DIR/o", "--output DIR/o/p lies in the folder of --checkpoints DIR/o"),
            ("--output DIR/o --checkpoints DIR/o/ck", nil),
        ] as [(String, String?)])
    func `a folder that is written contains no data, and results are not checkpoints`(
        _ options: String, _ words: String?
    ) async throws {
        let desk = try await desk()
        let files = FileManager.default
        try files.createSymbolicLink(atPath: desk.folder.file("link"), withDestinationPath: "data/train")
        try files.createSymbolicLink(
            atPath: desk.folder.file("dangling"), withDestinationPath: desk.folder.file("link/to-be"))
        let line = "--rehearse --channel train=DIR/data/train \(options)".replacing("DIR", with: desk.folder.path)
        for command in words == nil ? ["plan"] : ["plan", "submit", "run"] {
            let answer = await desk.run("\(command) -q far \(Self.image) \(line)")
            #expect((answer.code == .usage) == (words != nil), "\(command): \(answer.errors)")
            #expect(words.map(answer.errors.contains) ?? true, "\(command): \(answer.errors)")
        }
        await #expect(try desk.store().runs().isEmpty)
    }

    @Test func `a run of a local runner cannot be rehearsed`() async throws {
        let desk = try await desk()
        let answer = await desk.run("plan -r here \(Self.image) --rehearse --drill spot")
        #expect(answer.code == .usage && answer.errors.contains("--drill is for rehearsals: a run of here runs here"))
        let file = try desk.folder.write("spec.yaml", "queue: far\nimage: busybox:1\nkeep_local: true\n")
        let other = await desk.run("plan --spec \(file)")
        #expect(other.code == .usage && other.errors.contains("'keep_local' in the spec file is for rehearsals"))
    }

    @Test func `a configuration that rehearses needs no option`() async throws {
        let desk = try await desk()
        let here = try desk.folder.write("here.yaml", "runner: {type: here}\n")
        #expect(try await planned(desk, "-q far \(Self.image) --keep-local -c \(here)")?.keepsLocal == true)
        let far = try desk.folder.write("far.yaml", "runner: {type: mock}\n")
        let answer = await desk.run("plan -q far \(Self.image) --keep-local -c \(far)")
        #expect(answer.code == .usage)
    }

    @Test
    func `a rehearsal never uses the remote runner, even if the configuration names it`() async throws {
        let desk = try await desk()
        let far = try desk.folder.write("far.yaml", "runner: {type: mock}\n")
        for options in ["", "-c \(far)"] {
            let id = await desk.run("submit --rehearse -q far \(Self.image) \(options)").output.dropLast()
            #expect(await desk.run("agent --drain -q far \(options)").code == .ok)
            let run = try await desk.store().run(matching: String(id))
            #expect(run.handle?.runner == LocalRehearser.type, "\(options): \(run)")
            #expect(RehearsalRecord(in: try desk.store().home.folder(of: run.id)) != nil)
        }
    }

    @Test func `the report is the last output`() async throws {
        let desk = try await desk()
        let answer = await desk.run("run --rehearse -q far \(Self.image)")
        #expect(answer.code == .ok, "\(answer.errors)")
        #expect(answer.errors.contains("  reproduced\n    - Image, command, arguments and environment"))
        #expect(answer.errors.contains("  accepted, not simulated\n    - The mock's timing"))
        #expect(answer.errors.contains("  noted here\n    - There is no GPU here.\n"))
        #expect(answer.errors.contains("rehearsal report -> DIR/home/runs/"))
    }

    @Test func `the run's JSON contains the report`() async throws {
        let desk = try await desk()
        let answer = await desk.run("run --json --rehearse -q far \(Self.image)")
        let record = try answer.json()["rehearsal"].map { try $0.decode(RehearsalRecord.self) }
        #expect(record?.timeline.phase == .succeeded && record?.report.reproduced.count == 1)
        let id = try #require(try answer.json()["id"]?.stringValue)
        #expect(try await desk.run("status --json \(id)").json()["rehearsal"] == answer.json()["rehearsal"])
        #expect(
            await desk.run("status \(id)").output.contains("rehearsal report -> DIR/home/runs/\(id)/rehearsal.json"))
        #expect(try await desk.run("run --json -q far \(Self.image)").json()["rehearsal"] == nil)
    }
}
