import EngineTestSupport
import Foundation
import LaunchHost
import LocalDockerTestSupport
import LaunchLocalDocker
import TestSupport
import Testing

@Suite("Hardening of a container", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct HardeningTests {
    private struct Facts: Decodable {
        struct Limit: Decodable, Equatable {
            var Name: String
            var Soft: Int
            var Hard: Int
        }
        struct Host: Decodable {
            var PidsLimit: Int?
            var CapDrop: [String]?
            var CapAdd: [String]?
            var SecurityOpt: [String]?
            var ReadonlyRootfs: Bool
            var Ulimits: [Limit]?
            var Tmpfs: [String: String]?
        }
        struct Mount: Decodable {
            var `Type`: String
            var Destination: String
            var Name: String?
        }
        var HostConfig: Host
        var Mounts: [Mount]
    }

    private static func texts(_ runner: LocalDockerRunner, _ handle: RunHandle) async throws -> [String] {
        try await Jobs.read(runner.logs(handle, from: nil, follow: false)).map(\.text)
    }

    @Test
    func `Every key reaches the engine`() async throws {
        let template: [String: JSONValue] = [
            "pids_limit": .integer(64), "cap_drop": .array([.string("ALL")]), "cap_add": .array([.string("CHOWN")]),
            "no_new_privileges": .bool(true), "read_only": .bool(true), "writable": .array([.string("/scratch")]),
            "ulimits": .object(["nofile": .string("256:512"), "core": .integer(0)]),
        ]
        try await Jobs.withEnded("ulimit -n; ulimit -c", template) { runner, handle, _, end in
            #expect(end.phase == .succeeded, "\(String(describing: end.cause))")
            #expect(try await Self.texts(runner, handle) == ["256", "0"])
            let facts = try await EngineFixture.inspect(try Jobs.id(handle), as: Facts.self)
            #expect(facts.HostConfig.PidsLimit == 64)
            #expect(facts.HostConfig.CapDrop == ["ALL"])
            #expect(facts.HostConfig.CapAdd?.map { $0.replacing("CAP_", with: "") } == ["CHOWN"])
            #expect(facts.HostConfig.SecurityOpt == ["no-new-privileges"])
            #expect(facts.HostConfig.ReadonlyRootfs)
            #expect(facts.HostConfig.Tmpfs?.keys.map { $0 } == ["/tmp"])
            #expect(
                facts.HostConfig.Ulimits == [
                    .init(Name: "core", Soft: 0, Hard: 0), .init(Name: "nofile", Soft: 256, Hard: 512),
                ])
            #expect(facts.Mounts.map(\.Destination) == ["/scratch"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `A fork bomb stays within its limit, and the container can be stopped`() async throws {
        let bomb = "sleep 600 & echo ready; (while :; do sleep 600 & done); wait"
        try await Jobs.with(bomb, ["pids_limit": .integer(40)]) { runner, handle, _ in
            let id = try Jobs.id(handle)
            let isFull = try await eventually { try await EngineFixture.processes(of: id) >= 38 }
            #expect(isFull)
            #expect(try await EngineFixture.processes(of: id) <= 40)
            try await runner.stop(handle, grace: .zero)
            #expect(try await Jobs.end(of: handle, with: runner).phase != .succeeded)
        }
    }

    @Test(arguments: [true, false])
    func `A set-user-ID program gets no privileges`(isForbidden: Bool) async throws {
        // busybox's su refuses to work if its set-user-ID bit has no effect.
        let script = """
            mkdir /s; cp /bin/busybox /s/busybox; chmod 4755 /s/busybox
            su -s /bin/sh runner -c '/s/busybox su root -c true' </dev/null 2>&1
            grep NoNewPrivs /proc/self/status
            """
        try await Jobs.withEnded(script, ["no_new_privileges": .bool(isForbidden)]) { runner, handle, _, _ in
            let texts = try await Self.texts(runner, handle)
            #expect(texts.contains { $0.contains("must be suid") } == isForbidden, "\(texts)")
            #expect(texts.last == "NoNewPrivs:\t\(isForbidden ? 1 : 0)")
        }
    }

    @Test
    func `With read_only the root is not writable; /tmp and the writable folders are, and outputs are kept`()
        async throws
    {
        let script =
            "touch /x 2>/dev/null || echo refused; touch /etc/x 2>/dev/null || echo refused; echo a > /tmp/a && cat /tmp/a; "
            + "echo kept > /out/file && cat /out/file"
        let template: [String: JSONValue] = [
            "read_only": .bool(true), "writable": .array([.string("/out")]), "outputs": .array([.string("/out")]),
        ]
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Jobs.withEnded(script, template) { runner, handle, request, end in
            #expect(end.phase == .succeeded, "\(String(describing: end.cause))")
            #expect(try await Self.texts(runner, handle) == ["refused", "refused", "a", "kept"])
            let outcome = try await runner.finish(handle, of: request, into: folder)
            let kept = try #require(outcome.outputs.first).path
            #expect(FileManager.default.contents(atPath: "\(kept)/file") == Data("kept\n".utf8))
        }
    }

    @Test
    func `Dropped capabilities are gone`() async throws {
        let script = "chown 1 /tmp 2>/dev/null || echo refused; grep CapBnd /proc/self/status | cut -f 2"
        try await Jobs.withEnded(script, ["cap_drop": .array([.string("ALL")])]) { runner, handle, _, _ in
            let texts = try await Self.texts(runner, handle)
            #expect(texts == ["refused", "0000000000000000"])
        }
    }

    @Test
    func `A disk size is enforced, or refused with a hint if the engine's driver does not support it`() async throws {
        do {
            try await Jobs.withEnded("dd if=/dev/zero of=/big bs=1M count=64", ["storage_size": .integer(16 << 20)]) {
                #expect($3.phase == .failed)
            }
        } catch let error as BackendError {
            #expect(error.category == .invalid)
            #expect(error.hint?.contains("storage_size") == true, "\(error)")
        }
    }
}
