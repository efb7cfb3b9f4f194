import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LocalDocker

@Suite("Synced folders and results of a container job", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct FoldersTests {
    @Test("A synced folder is restored, and what is new, changed and deleted is carried to its place while the job runs")
    func synced() async throws {
        let place = try TemporaryDirectory()
        try place.write("ck/old", "old")
        try place.write("ck/deep/same", "same")
        let stage = try Stage()
        let job = try await Stage.job(
            """
            cd /opt/ml/checkpoints; cat old deep/same; echo; rm old; echo 1 > step; mkdir n; echo n > n/new; echo ready
            while [ ! -e /tmp/go ] && [ $(( i += 1 )) -lt 200 ]; do [ "$(cat step)" = 1 ] && sleep 0.1; done & wait_for=$!
            sleep 3; echo 2 > step; rm n/new; echo end
            """
        ) { $0.synced = [.init(path: "/opt/ml/checkpoints", place: place.file("ck"))] }
        let ended = try await stage.run(job) { runner, handle in
            try await Stage.line("ready", of: handle, with: runner)
            // While the hosts run, not only at their end.
            for _ in 0..<200 where !FileManager.default.fileExists(atPath: place.file("ck/n/new")) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try String(contentsOfFile: place.file("ck/n/new"), encoding: .utf8) == "n\\n".replacing("\\\\n", with: "\\n"))
            #expect(try await runner.observe([handle]).first?.phase == .running)
            try await runner.stop(handle, grace: .seconds(8))
        }
        _ = ended
        #expect(!FileManager.default.fileExists(atPath: place.file("ck/old")))
        #expect(try String(contentsOfFile: place.file("ck/deep/same"), encoding: .utf8) == "same")
    }
}
