import Console
import Foundation
import LaunchHost
import Testing

@testable import LaunchCommands
@testable import launch

@Suite struct RehearsalOptionsTests {
    private func desk() async throws -> Desk {
        var desk = try Desk()
        desk.catalog = catalog
        #expect(await desk.run("queue create train --resource mock").code == .ok)
        return desk
    }

    private let line = "submit -q train --image busybox@sha256:\(String(repeating: "a", count: 64))"

    @Test func whatIsAskedIsKeptWithTheRun() async throws {
        let desk = try await desk()
        let answer = await desk.run(
            line
                + " --rehearse --channel train=/data --channel val=here/val --checkpoints /ck --results out --keep-local"
                + " --drill spot@1.5m --stop-grace 5s --with-credentials --like-instance --shm-size 1g")
        #expect(answer.code == .ok, "\(answer.errors)")
        let id = try #require(RunID(rawValue: answer.output.trimmingCharacters(in: .newlines)))
        let run = try desk.store().run(id)
        let here = FileManager.default.currentDirectoryPath
        #expect(run.spec.rehearse)
        #expect(
            run.spec.rehearsal
                == RehearsalOptions(
                    channels: ["train": "/data", "val": "\(here)/here/val"], checkpoints: "/ck", output: "\(here)/out",
                    keepsLocal: true, graceSeconds: 5, drill: .init(afterSeconds: 90, graceSeconds: 5),
                    wantsCredentials: true, isLikeInstance: true, sharedMemoryBytes: 1 << 30))
    }

    @Test func aPlainRehearsalAsksNothing() async throws {
        let desk = try await desk()
        let answer = await desk.run(line + " --rehearse")
        let id = try #require(RunID(rawValue: answer.output.trimmingCharacters(in: .newlines)))
        let run = try desk.store().run(id)
        #expect(run.spec.rehearse && run.spec.rehearsal == nil)
    }

    @Test(arguments: [
        ("--channel train=/d", "--channel is for rehearsals; add --rehearse"),
        ("--rehearse --channel train", "--channel needs KEY=VALUE"),
        ("--rehearse --drill tidal", "--drill cannot be 'tidal'"),
        ("--rehearse --drill spot@soon", "--drill cannot be 'soon'"),
        ("--rehearse --stop-grace never", "--stop-grace cannot be 'never'"),
        ("--rehearse --shm-size much", "--shm-size cannot be 'much'"),
    ])
    func whatCannotBeReadIsAUsageError(options: String, words: String) async throws {
        let answer = await (try desk()).run("\(line) \(options)")
        #expect(answer.code == .usage)
        #expect(answer.errors.contains(words), "\(answer.errors)")
        #expect(answer.output.isEmpty)
    }
}
