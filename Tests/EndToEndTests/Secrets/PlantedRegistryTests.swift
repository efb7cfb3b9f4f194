import EngineTestSupport
import Foundation
import LaunchContainerEngine
import TestSupport
import Testing

@Suite("Planted: registry logins", .timeLimit(.minutes(30)), .needsEngine)
struct PlantedRegistryTests {
    private static let api = Plant.new("a variable that has nothing to do with launch")
    private static let key = Plant.new("AWS_SECRET_ACCESS_KEY")
    private static let password = Plant(place: "registry password", value: RegistryServer.password)

    @Test(.enabled(if: RegistryServer.isWanted))
    func `a build with a registry login shows no secret, and no child process gets one`() async throws {
        let registry = try await RegistryServer(.init(login: true))
        let spies = try Spies(on: ["docker", "git"])
        let witness = Witness()
        witness.expect([Self.api, Self.key, Self.password])
        let setting = [
            "REGISTRY_LOGIN": RegistryServer.password, "SOME_API": Self.api.value,
            "AWS_SECRET_ACCESS_KEY": Self.key.value, "PATH": spies.path,
        ]
        defer { Self.removeImages(of: registry.host) }
        try await World.with(setting: setting) { world in
            let config = try world.folder.write(
                "c.yaml",
                """
                queues: [q]
                registry: {type: local, uri: "\(registry.host)/e2e", username: \(RegistryServer.username), password_env: REGISTRY_LOGIN}
                builder:
                  type: docker
                  destination: "\(registry.host)/e2e/images"
                  network: none

                """)
            let source = try Source(in: world, run: "RUN env")
            try await witness.watching {
                for words in [
                    ["config", "check"], ["doctor"], ["doctor", "--json"], ["plan"] + source.words,
                    ["plan", "--json"] + source.words, ["run"] + source.words, ["submit"] + source.words,
                    ["agent", "--drain"], ["list", "--json"], ["events"], ["events", "--json"], ["queue", "show", "q"],
                ] { try await Self.says(words + ["-c", config], world, witness) }
                let id = try await world.submit("touch /shared/up; while [ ! -e /shared/go ]; do sleep 0.1; done")
                async let agent = Self.says(["agent", "--drain", "-q", "q", "-c", config], world, witness)
                let isUp = await eventually {
                    FileManager.default.fileExists(atPath: world.folder.file("shared/up"))
                }
                #expect(isUp)
                witness.hears(Data(try TestDocker.docker(["inspect", "launch-\(id)"]).utf8), from: "docker inspect")
                try world.folder.write("shared/go", "")
                try await agent
                let runs = try await world.succeeding("list", "--limit", "0", "--json").json([RunFacts].self)
                #expect(runs.filter { $0.state == "succeeded" }.count == 3, "\(runs)")
                for run in runs {
                    for words in [
                        ["status", run.id], ["status", run.id, "--json"], ["logs", run.id], ["stop", run.id],
                    ] {
                        try await Self.says(words, world, witness)
                    }
                }
            }
            try Self.lookAtImages(of: world, witness)
            witness.reads(world.folder.path, except: [])
            witness.reads(spies.folder.path, except: [])
            #expect(spies.saw("docker"))
            #expect(witness.findings.isEmpty, "\(witness.findings.joined(separator: "\n"))")
        }
    }

    @Test
    func `a password that a registry repeats is masked`() async throws {
        let echo = try TestServer { request in
            let sent = request.header("Authorization") ?? ""
            return .text(
                #"{"errors":[{"code":"UNAUTHORIZED","message":"\#(sent)"}]}"#, status: sent.isEmpty ? 401 : 403,
                headers: [("WWW-Authenticate", "Basic realm=\"you sent \(sent)\""), ("X-Sent", sent)])
        }
        let witness = Witness()
        let (first, second) = (Plant.new("password_env"), Plant.new("password_file"))
        witness.expect([first, second])
        try await World.with(setting: ["REGISTRY_LOGIN": first.value]) { world in
            let source = try Source(in: world)
            try world.folder.write("password", second.value + "\n")
            for login in ["password_env: REGISTRY_LOGIN", "password_file: \(world.folder.file("password"))"] {
                let config = try world.folder.write(
                    "c.yaml",
                    "queues: [q]\nregistry: {type: local, uri: \"127.0.0.1:\(echo.port)/e2e\", username: me, \(login)}\n"
                )
                for words in [["doctor"], ["plan"] + source.words, ["run"] + source.words] {
                    try await Self.says(words + ["-c", config], world, witness)
                }
            }
            #expect(echo.requestCount > 4)
            witness.reads(world.folder.path, except: ["password"])
            #expect(witness.findings.isEmpty, "\(witness.findings.joined(separator: "\n"))")
        }
    }

    private static func says(_ words: [String], _ world: World, _ witness: Witness) async throws {
        let answer = try await world.launch(words + ["-vv"])
        witness.hears(answer, to: words)
        #expect(answer.code >= 0 && answer.code != 70, "launch \(words.joined(separator: " ")): \(answer)")
    }

    private static func lookAtImages(of world: World, _ witness: Witness) throws {
        let filter = ["images", "--all", "--quiet", "--no-trunc", "--filter", "label=e2e=\(world.project)"]
        let images = Set(try TestDocker.docker(filter).split(separator: "\n").map(String.init))
        #expect(!images.isEmpty)
        for image in images {
            witness.hears(Data(try TestDocker.docker(["inspect", image]).utf8), from: "docker inspect of an image")
            witness.hears(Data(try TestDocker.docker(["history", "--no-trunc", image]).utf8), from: "docker history")
        }
    }

    private static func removeImages(of host: String) {
        let names = try? TestDocker.docker(["images", "--format", "{{.Repository}}:{{.Tag}}", "\(host)/e2e/images"])
        TestDocker.removeImages(names?.split(separator: "\n").map(String.init) ?? [])
    }
}
