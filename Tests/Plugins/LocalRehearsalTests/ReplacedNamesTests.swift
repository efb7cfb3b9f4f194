import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

/// A name that is first a file and later a folder, or both at once.
@Suite("Names that change between file and folder", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct ReplacedNamesTests {
    private static func go(_ number: Int) -> String { "while [ ! -e /go/\(number) ]; do sleep 0.1; done" }

    @Test
    func `A checkpoint that changes between file, folder and link is synchronized`() async throws {
        let place = try TemporaryDirectory()
        try place.write("ck/a", "old file")
        try place.write("ck/b/x", "old in folder")
        try place.write("ck/b/deep/y", "old deep")
        try place.write("ck/c", "will be a link")
        try place.write("go/empty", "")
        let job = try await Stage.job(
            """
            cd /ck; rm a; mkdir -p a/sub; echo 1 > a/sub/f; rm -r b; echo 2 > b; rm c; ln -s b c
            \(Self.go(1)); rm -r a; echo 3 > a; rm b; mkdir b; echo 4 > b/z; rm c; echo 5 > c
            """
        ) {
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
            $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)]
        }
        let ended = try await Stage().run(job) { _, _ in
            #expect(
                await eventually {
                    place.text("ck/a/sub/f") == "1\n" && place.text("ck/b") == "2\n" && !place.has("ck/c")
                })
            try place.write("go/1", "")
        }
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(place.text("ck/a") == "3\n" && place.text("ck/b/z") == "4\n" && place.text("ck/c") == "5\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.file("ck/b")) == ["z"])
    }

    @Test
    func `If one host uses a name for a file and another for a folder, both are kept`() async throws {
        let place = try TemporaryDirectory()
        let job = try await Stage.job(
            """
            if [ $(hostname) = algo-1 ]; then echo one > /ck/s; echo m1 > /m/s
            else mkdir /ck/s /m/s; echo two > /ck/s/t; echo m2 > /m/s/t; fi
            """, hosts: ["algo-1", "algo-2"]
        ) {
            $0.folders = [.init(path: "/m")]
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
            $0.results = [.init(name: "model", path: "/m", isPacked: false)]
        }
        let stage = try Stage()
        defer { extendLifetime(stage) }
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        let model = try #require(ended.outcome.outputs.first?.path)
        let all = try FileManager.default.subpathsOfDirectory(atPath: model).sorted()
        #expect(all == ["s", "s.algo-2", "s.algo-2/t"], "\(ended.text) \(ended.outcome)")
        #expect(try String(contentsOfFile: "\(model)/s", encoding: .utf8) == "m1\n")
        #expect(try String(contentsOfFile: "\(model)/s.algo-2/t", encoding: .utf8) == "m2\n")
        // The host that is read first gets the name.
        let kept = [place.text("ck/s"), place.text("ck/s/t"), place.text("ck/s.algo-1"), place.text("ck/s.algo-2/t")]
        #expect(Set(kept.compactMap { $0 }) == ["one\n", "two\n"], "\(kept)")
        #expect(ended.outcome.warnings.contains { $0.contains("s is a file of algo-1 and a folder of algo-2") })
        #expect(
            ended.outcome.warnings.contains { $0.contains("because an entry blocks the name") },
            "\(ended.outcome.warnings)")
    }

    @Test
    func `An entry of the user that blocks a checkpoint stays, and the checkpoint is kept beside it`() async throws {
        let place = try TemporaryDirectory()
        try place.write("go/empty", "")
        try place.write("ck/keep", "")
        let job = try await Stage.job("\(Self.go(1)); echo new > /ck/a") {
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
            $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)]
        }
        let ended = try await Stage().run(job) { runner, handle in
            try await Stage.reach(handle, with: runner) { $0.phase == .running }
            try place.write("ck/a/mine", "mine")
            try place.write("go/1", "")
        }
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(place.text("ck/a/mine") == "mine" && place.text("ck/a.algo-1") == "new\n")
    }
}
