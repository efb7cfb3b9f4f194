import LaunchLocalDocker
import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite(
    "Synchronized folders and results of a container job",
    .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)")
)
struct FoldersTests {
    /// A script that waits for a file in a second synchronized folder: the test decides when it continues.
    private static let waits = "while [ ! -e /go/go ]; do sleep 0.1; done"

    @Test
    func `A synchronized folder is restored, and new, changed and deleted files are copied while the job runs`()
        async throws
    {
        let place = try TemporaryDirectory()
        try place.write("ck/old", "old")
        try place.write("ck/deep/same", "same")
        try place.write("go/empty", "")
        let stage = try Stage()
        let job = try await Stage.job(
            """
            cd /opt/ml/checkpoints; cat old deep/same; rm old; echo 1 > step; mkdir n; echo n > n/new
            \(Self.waits); echo 2 > step; rm -r n; echo last > last
            """
        ) {
            $0.synced = [.init(path: "/opt/ml/checkpoints", place: place.file("ck"))]
            $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)]
        }
        let ended = try await stage.run(job) { runner, handle in
            #expect(
                // The longer a pass takes, the longer the interval, up to a minute.
                await eventually {
                    place.has("ck/n/new") && place.text("ck/step") == "1\n" && !place.has("ck/old")
                })
            #expect(try await runner.observe([handle]).first?.phase == .running)
            try place.write("go/go", "")
        }
        #expect(ended.observation.phase == .succeeded)
        #expect(ended.text == "oldsame")
        #expect(place.text("ck/step") == "2\n")
        #expect(place.text("ck/last") == "last\n")
        #expect(place.text("ck/deep/same") == "same")
        #expect(!place.has("ck/n"))
    }

    @Test
    func `Links in a synchronized folder are not kept, with one note; a link that leads out is not followed`()
        async throws
    {
        let place = try TemporaryDirectory()
        try place.write("ck/old", "old")
        try place.write("far/base", "base")
        let files = FileManager.default
        for (link, target) in [("dangling", "none"), ("round", "."), ("far", "../far")] {
            try files.createSymbolicLink(atPath: place.file("ck/\(link)"), withDestinationPath: target)
        }
        let job = try await Stage.job(
            "cd /ck; cat old; ls; echo 1 > ckpt-1; ln -s ckpt-1 latest; ln -s none gone; ln old hard"
        ) { $0.synced = [.init(path: "/ck", place: place.file("ck"))] }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(ended.log.map(\.text) == ["oldold"])
        #expect(place.text("ck/ckpt-1") == "1\n" && place.text("far/base") == "base")
        #expect(!place.has("ck/latest"))
        #expect(place.text("ck/old") == "old" && place.text("ck/hard") == "old")
        #expect(
            ended.outcome.warnings == [
                "/ck: the link dangling does not lead to a file in it and was left out.",
                "/ck: the link far does not lead to a file in it and was left out.",
                "/ck: the link round does not lead to a file in it and was left out.",
                "Links in /ck were not kept, only files are.",
            ])
    }

    @Test
    func `Both names of a hard link are kept with their content, also when a name changes to another file`()
        async throws
    {
        let place = try TemporaryDirectory()
        try place.write("go/empty", "")
        try place.write("ck/epoch-1", "one\n")
        let wait = { (number: Int) in "while [ ! -e /go/\(number) ]; do sleep 0.1; done" }
        let job = try await Stage.job(
            """
            cd /ck; mkdir deep; echo two > epoch-2; \(wait(1))
            ln epoch-2 best; ln epoch-1 deep/first; \(wait(2))
            echo 333 > epoch-3; ln -f epoch-3 best; touch -r epoch-2 epoch-3; \(wait(3)); rm epoch-2
            """
        ) {
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
            $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)]
        }
        let ended = try await Stage().run(job) { _, _ in
            #expect(await eventually { place.text("ck/epoch-2") == "two\n" })
            try place.write("go/1", "")
            #expect(
                await eventually {
                    place.text("ck/best") == "two\n" && place.text("ck/deep/first") == "one\n"
                })
            #expect(place.text("ck/epoch-2") == "two\n" && place.text("ck/epoch-1") == "one\n")
            try place.write("go/2", "")
            // Same size and same time: only the content differs.
            #expect(await eventually { place.text("ck/best") == "333\n" })
            #expect(place.text("ck/epoch-2") == "two\n")
            try place.write("go/3", "")
        }
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(place.text("ck/best") == "333\n" && place.text("ck/epoch-3") == "333\n")
        #expect(place.text("ck/epoch-1") == "one\n" && place.text("ck/deep/first") == "one\n")
        #expect(!place.has("ck/epoch-2") && ended.outcome.warnings.isEmpty, "\(ended.outcome.warnings)")
    }

    @Test
    func `A destination that cannot be written fails the job at its end, with the reason`() async throws {
        let place = try TemporaryDirectory()
        try place.write("file", "no folder")
        let job = try await Stage.job("echo x > /ck/x") {
            $0.synced = [.init(path: "/ck", place: place.file("file/below"))]
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == Cause.Code(rawValue: "results"))
        #expect(ended.timeline.hosts.map(\.exitCode) == [0])
    }

    @Test(arguments: [true, false])
    func `An existing entry at a result's destination is not replaced`(isLink: Bool) async throws {
        let place = try TemporaryDirectory()
        if isLink {
            try FileManager.default.createDirectory(atPath: place.file("out"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: place.file("out/model"), withDestinationPath: "/nowhere")
        } else {
            try place.write("out/model/mine", "mine")
        }
        let job = try await Stage.job("echo w > /m/w") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model", path: "/m", isPacked: false, destination: place.file("out"))]
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.message.contains("out/model exists already") == true)
        #expect(ended.timeline.hosts.isEmpty)
        if isLink {
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place.file("out/model")) == "/nowhere")
        } else {
            #expect(place.text("out/model/mine") == "mine")
        }
    }

    @Test
    func `Results of several hosts are merged, packed or not, without links that lead out`() async throws {
        let place = try TemporaryDirectory()
        let job = try await Stage.job(
            """
            cd /opt/ml/model; echo $(hostname) > who; echo $(hostname) > $(hostname); mkdir sub; echo s > sub/s
            ln -s sub/s inside; ln -s /etc/passwd outside; mkfifo pipe; chmod 600 who; ln sub/s again
            """, hosts: ["algo-1", "algo-2"]
        ) {
            $0.folders = [.init(path: "/opt/ml/model"), .init(path: "/opt/ml/output/data")]
            $0.results = [
                .init(name: "model.tar.gz", path: "/opt/ml/model", destination: place.file("out")),
                .init(name: "model", path: "/opt/ml/model", isPacked: false),
                .init(name: "output.tar.gz", path: "/opt/ml/output/data"),
            ]
        }
        let stage = try Stage()
        let ended = try await stage.run(job)
        #expect(ended.outcome.outputs.map(\.name) == ["model.tar.gz", "model"], "\(ended.text) \(ended.outcome)")
        #expect(ended.outcome.outputs[0].path == place.file("out/model.tar.gz"))
        let listed = try await PackedFile.list(place.file("out/model.tar.gz"))
        #expect(listed == ["again", "algo-1", "algo-2", "inside", "sub/", "sub/s", "who"])
        let model = ended.outcome.outputs[1].path
        #expect(try String(contentsOfFile: "\(model)/who", encoding: .utf8) == "algo-2\n")
        #expect(try String(contentsOfFile: "\(model)/inside", encoding: .utf8) == "s\n")
        #expect(try String(contentsOfFile: "\(model)/again", encoding: .utf8) == "s\n")
        #expect(ended.outcome.warnings.contains { $0.contains("who was written by algo-1 and by algo-2") })
        #expect(ended.outcome.warnings.contains { $0.contains("outside leads out") })
        #expect(ended.outcome.warnings.contains { $0.contains("pipe of algo-1 is not a file") })
    }
}

extension TemporaryDirectory {
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
    func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }
}
