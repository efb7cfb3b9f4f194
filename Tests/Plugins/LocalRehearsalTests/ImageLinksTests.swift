import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite("Links in an image", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct ImageLinksTests {
    private func job(
        _ script: String, links: [String: String], user: String = "root",
        _ change: (inout RehearsalPlan) -> Void
    ) async throws -> ContainerJob {
        var job = try await Stage.job(script, change)
        let id = try await EngineFixture.image(links: links, user: user)
        job.image = PinnedImage(reference: id, digest: try #require(Digest(rawValue: id)), name: "links")
        return job
    }

    @Test(arguments: [
        ["opt/ml/model": "/data/model"], ["opt/ml": "../srv/ml"], ["opt": "/srv", "srv/ml/model": "../.././m"],
        ["opt/ml/model": "one", "opt/ml/one": "/two", "two": "three/four"],
    ])
    func `A link at the path of a folder is followed as by a mount: files written through either path are kept`(
        links: [String: String]
    ) async throws {
        let place = try TemporaryDirectory()
        try place.write("in/a", "input\n")
        try place.write("ck/b", "before\n")
        let job = try await job(
            """
            set -e; cat /opt/ml/input/data/train/a /opt/ml/checkpoints/b; real=$(readlink -f /opt/ml/model)
            echo w > "$real/w"; echo v > /opt/ml/model/v; echo after > /opt/ml/checkpoints/c; ls -ld "$real" | cut -c1-10
            """, links: links
        ) {
            $0.folders = [.init(path: "/opt/ml/model"), .init(path: "/opt/ml/input/data", mode: 0o755)]
            $0.inputs = [.init(name: "train", path: "/opt/ml/input/data/train", source: .folder(place.file("in")))]
            $0.synced = [.init(path: "/opt/ml/checkpoints", place: place.file("ck"))]
            $0.results = [.init(name: "model", path: "/opt/ml/model", isPacked: false)]
        }
        let stage = try Stage()
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation) \(ended.text)")
        #expect(ended.log.map(\.text) == ["input", "before", "drwxrwxrwx"])
        let model = try #require(ended.outcome.outputs.first?.path, "\(ended.outcome)")
        #expect(try String(contentsOfFile: "\(model)/w", encoding: .utf8) == "w\n")
        #expect(try String(contentsOfFile: "\(model)/v", encoding: .utf8) == "v\n")
        #expect(place.text("ck/c") == "after\n")
    }

    @Test(arguments: ["loop", "/etc/passwd/x"])
    func `A link in a circle, or below a file, fails the job with the path`(target: String) async throws {
        let job = try await job("true", links: ["opt/ml/loop": target]) { $0.folders = [.init(path: "/opt/ml/loop")] }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.message.contains("/opt/ml/loop of the image") == true, "\(ended.observation)")
    }

    @Test(arguments: ["runner", "1000", "1000:1000", "4321"])
    func `A program that is not root can continue its own checkpoints in the next job`(user: String) async throws {
        let place = try TemporaryDirectory()
        let script = """
            set -e; cd /opt/ml/checkpoints
            if [ -e step ]; then cat step deep/x; fi
            echo more >> step; chmod 600 step; mkdir -p deep; date > deep/x.new; echo x > deep/x; chmod 700 deep; rm deep/x.new
            """
        let job = try await job(script, links: [:], user: user) {
            $0.synced = [.init(path: "/opt/ml/checkpoints", place: place.file("ck"))]
        }
        for count in 1...3 {
            let ended = try await Stage().run(job)
            #expect(ended.observation.phase == .succeeded, "\(count): \(ended.observation) \(ended.text)")
            #expect(place.text("ck/step") == String(repeating: "more\n", count: count))
        }
    }

    @Test
    func `A program that is not root can continue its own checkpoints after an interruption`() async throws {
        let script = """
            set -e; cd /opt/ml/checkpoints
            if [ -e step ]; then echo second >> step; mv step last; chmod 600 last; cat last deep/x; exit; fi
            mkdir deep; echo x > deep/x; chmod 700 deep; echo first > step; chmod 600 step; exec sleep 60
            """
        let job = try await job(script, links: [:], user: "runner") {
            $0.synced = [.init(path: "/opt/ml/checkpoints", place: nil)]
            $0.drill = .init(afterSeconds: 3, graceSeconds: 1)
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation) \(ended.text)")
        #expect(ended.log.map(\.text) == ["first", "second", "x"])
        #expect(ended.timeline.hosts.map(\.attempt) == [1, 2])
    }
}
