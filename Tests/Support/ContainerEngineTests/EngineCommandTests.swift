import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchSubprocess
import Synchronization
import TestSupport
import Testing

@Suite("Command lines of docker and podman")
struct EngineCommandTests {
    /// A child process writes the file. If this process wrote it, a child that another test starts at that moment could
    /// inherit the open descriptor, and a file that is open for writing cannot be executed.
    private static func tool(_ folder: TemporaryDirectory, _ name: String, _ script: String) async throws -> String {
        let path = folder.file(name)
        let result = try await Subprocess.run(
            "/bin/sh", ["-c", "cat > \"$0\" && chmod 755 \"$0\"", path],
            stdin: .bytes(Array("#!/bin/sh\n\(script)\n".utf8)))
        try #require(result.exit.isSuccess)
        return path
    }

    @Test(arguments: [
        (
            "case $1 in buildx) echo x;; *) echo 'Docker version 28.2.2, build e6534b4';; esac", "docker", "28.2.2",
            "buildx"
        ),
        (
            "case $1 in buildx) exit 1;; *) echo 'Docker version 28.2.2, build e6534b4';; esac", "docker", "28.2.2",
            "none"
        ),
        (
            "case $1 in buildx) exit 1;; *) echo 'Docker version 20.10.24+dfsg1, build 297e128';; esac", "docker",
            "20.10.24+dfsg1", "builtin"
        ),
        ("echo 'podman version 4.3.1'", "podman", "4.3.1", "builtin"),
    ])
    func `The abilities of a command line are detected`(
        _ script: String, _ kind: String, _ version: String, _ ability: String
    ) async throws {
        let folder = try TemporaryDirectory()
        let command = try #require(try await EngineCommand.probe(try await Self.tool(folder, "docker", script)))
        #expect(command.kind.rawValue == kind)
        #expect(command.version == version)
        #expect("\(command.buildKit)" == ability)
    }

    @Test
    func `A program that fails, or is neither docker nor podman, is ignored`() async throws {
        let folder = try TemporaryDirectory()
        #expect(try await EngineCommand.probe(try await Self.tool(folder, "a", "exit 3")) == nil)
        #expect(try await EngineCommand.probe(try await Self.tool(folder, "b", "echo hello")) == nil)
    }

    private static let plain = EngineCommand(path: "/a/docker", kind: .docker, version: "28.2.2", buildKit: .none)
    private static let old = EngineCommand(path: "/b/docker", kind: .docker, version: "20.10.24", buildKit: .builtin)
    private static let podman = EngineCommand(path: "/c/podman", kind: .podman, version: "4.3.1", buildKit: .builtin)

    @Test
    func `A command line with BuildKit is preferred; podman's is used only for podman`() throws {
        #expect(try EngineCommand.choose(from: [Self.plain, Self.old], needsBuildKit: true) == Self.old)
        #expect(try EngineCommand.choose(from: [Self.plain, Self.old], needsBuildKit: false) == Self.old)
        #expect(try EngineCommand.choose(from: [Self.plain], needsBuildKit: false) == Self.plain)
        #expect(
            try EngineCommand.choose(from: [Self.old, Self.podman], needsBuildKit: true, isPodman: true) == Self.podman)
    }

    @Test
    func `Without a suitable command line, the error lists what was found`() {
        let needs = #expect(throws: EngineError.self) {
            try EngineCommand.choose(from: [Self.plain, Self.podman], needsBuildKit: true)
        }
        #expect(needs?.code == .missingTool)
        #expect(needs?.message.contains("docker 28.2.2 (/a/docker, without BuildKit)") == true)
        let nothing = #expect(throws: EngineError.self) {
            try EngineCommand.choose(from: [Self.podman], needsBuildKit: false)
        }
        #expect(nothing?.message.contains("podman 4.3.1") == true)
    }

    @Test
    func `The password goes to standard input; the login data is in a private folder that is deleted`() async throws {
        let folder = try TemporaryDirectory()
        let record = folder.file("record")
        let path = try await Self.tool(
            folder, "docker",
            "{ echo \"args $*\"; echo \"config $DOCKER_CONFIG\"; stat -c 'mode %a' $DOCKER_CONFIG; env; } > \(record); "
                + "cat > \(folder.file("stdin")); echo secret > $DOCKER_CONFIG/config.json")
        let command = EngineCommand(path: path, kind: .docker, version: "20.10.24", buildKit: .builtin)
        let login = RegistryCredentials(username: "ann", password: "s3cr3t word", server: "localhost:5000")
        // The script writes its observations to a folder of the test.
        try await CommandSession.with(command, engine: .unix("/x.sock"), isConfined: false) {
            session throws(EngineError) in
            try await session.login(login)
        }
        let seen = try String(contentsOfFile: record, encoding: .utf8)
        #expect(seen.contains("args login --username ann --password-stdin localhost:5000\n"))
        #expect(seen.contains("mode 700\n"))
        #expect(seen.contains("DOCKER_HOST=unix:///x.sock\n"))
        #expect(!seen.contains("s3cr3t"))
        #expect(try String(contentsOfFile: folder.file("stdin"), encoding: .utf8) == "s3cr3t word")
        let config = try #require(seen.firstMatch(of: /config (.+)/)).1
        #expect(!FileManager.default.fileExists(atPath: String(config)))
        #expect(!"\(login) \(String(reflecting: login))".contains("s3cr3t"))
    }

    @Test(.enabled(if: Subprocess.Confinement.isEnforced, "this kernel has no Landlock"))
    func `The command line can change files only in its private folder`() async throws {
        let folder = try TemporaryDirectory()
        let path = try await Self.tool(
            folder, "docker",
            "touch $DOCKER_CONFIG/a $TMPDIR/b || exit 1; touch \(folder.file("outside")); echo \"denied: $(id -u)\"; exit 9"
        )
        let command = EngineCommand(path: path, kind: .docker, version: "20.10.24", buildKit: .builtin)
        let error = await #expect(throws: EngineError.self) {
            try await CommandSession.with(command, engine: .unix("/x.sock")) { session throws(EngineError) in
                try await session.push("localhost:5000/a:1") { _ in }
            }
        }
        #expect(error?.message.contains("exit code 9") == true, "\(String(describing: error))")
        #expect(!FileManager.default.fileExists(atPath: folder.file("outside")))
    }

    @Test
    func `A failed command's error has its last lines; a refusal has the category denied`() async throws {
        let folder = try TemporaryDirectory()
        for (script, code) in [
            ("echo step 1; echo broken >&2; exit 7", "command failed"), ("echo 'denied: no' >&2; exit 1", "denied"),
        ] {
            let path = try await Self.tool(folder, "docker-\(code.count)", script)
            let command = EngineCommand(path: path, kind: .docker, version: "20.10.24", buildKit: .builtin)
            let error = await #expect(throws: EngineError.self) {
                try await CommandSession.with(command, engine: .unix("/x.sock")) { session throws(EngineError) in
                    try await session.push("localhost:5000/a:1") { _ in }
                }
            }
            #expect(error?.code.description == code)
            #expect(error?.message.contains(code == "denied" ? "denied: no" : "exit code 7") == true)
        }
    }

    @Test
    func `A timeout ends the whole process group`() async throws {
        let folder = try TemporaryDirectory()
        let path = try await Self.tool(folder, "docker", "sleep 900 & echo $! > \(folder.file("pid")); wait")
        let command = EngineCommand(path: path, kind: .docker, version: "20.10.24", buildKit: .builtin)
        let error = await #expect(throws: EngineError.self) {
            try await CommandSession.with(command, engine: .unix("/x.sock"), isConfined: false) {
                session throws(EngineError) in
                try await session.push("a:1", timeout: .seconds(1)) { _ in }
            }
        }
        #expect(error?.code == .timedOut)
        let pid = try #require(
            Int32(try String(contentsOfFile: folder.file("pid"), encoding: .utf8).filter { !$0.isWhitespace }))
        #expect(await eventually { kill(pid, 0) != 0 || Self.isZombie(pid) })
    }

    private static func isZombie(_ pid: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }

    @Test(.enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
    func `A real build with BuildKit gets a secret`() async throws {
        let engine = try await EngineFixture.engine()
        _ = try await EngineFixture.imageID()
        let command = try EngineCommand.choose(from: try await EngineCommand.findAll(), needsBuildKit: true)
        let folder = try TemporaryDirectory()
        try folder.write("context/file", "hello\n")
        let name = "launch-test-build-\(UInt32.random(in: .min ... .max))"
        let dockerfile = try folder.write(
            "Dockerfile",
            "FROM \(EngineFixture.imageName)\nARG who\nCOPY file /file\n"
                + "RUN --mount=type=secret,id=token test \"$(cat /run/secrets/token)\" = s3cr3t && echo \"built for $who\"\n"
        )
        let build = ImageBuild(
            context: folder.file("context"), dockerfile: dockerfile, tags: ["\(name):1"],
            buildArguments: ["who": "ann"], secretFiles: ["token": try folder.write("token", "s3cr3t")],
            labels: ["launch.test": "1"], network: "none")
        let lines = Mutex<[String]>([])
        let id = try await CommandSession.with(command, engine: engine.address) { session throws(EngineError) in
            try await session.build(build, timeout: .seconds(600)) { line in lines.withLock { $0.append(line) } }
        }
        let image = try #require(try await engine.image("\(name):1"))
        #expect(image.id == id)
        #expect(image.config.labels?["launch.test"] == "1")
        #expect(lines.withLock { $0.contains { $0.contains("built for ann") } })
        try await engine.removeImage("\(name):1")
        #expect(try await engine.image("\(name):1") == nil)
    }
}
