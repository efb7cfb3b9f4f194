import Foundation
import LaunchConformance
import LaunchHost
import LaunchLocalDocker
import TestSupport
import Testing

@testable import LaunchBuilders

/// With a real buildah and a real registry. Serialized, because a watch of all processes looks for one build.
@Suite(.serialized, .enabled(if: BuildahBench.isInstalled, "\(BuildahBench.skipReason)"))
struct BuildahBuilderTests {
    @Test(arguments: ["vfs", "overlay"])
    func `building with buildah into a registry with a login passes the conformance kit`(driver: String) async throws {
        let bench = try await BuildahBench()
        guard await Self.works(driver, bench) else { return }
        let report = await BuilderConformance(bench.fixture(["storage_driver": .string(driver)])).run()
        #expect(report.isConforming)
    }

    @Test func `a certificate of a private authority is verified with the registry's ca_file`() async throws {
        let bench = try await BuildahBench(.init(login: true, tlsName: "localhost"))
        let base = try await bench.build(bench.source("FROM scratch\nCOPY busybox /bin/busybox\n")).image
        let built = try await bench.build(bench.source("FROM \(base.reference)\nCOPY content.txt /x\n")).image
        #expect(built.reference.hasPrefix("\(bench.server.host)/team/launch-launch-test@sha256:"))
    }

    @Test func `the key equals that of the builder docker`() async throws {
        let bench = try await BuildahBench()
        let source = try await bench.source("FROM scratch\nCOPY busybox /bin/busybox\n")
        let docker = try DockerBuilder.plugin.make(
            Options(), PluginContext(variables: ["DOCKER_HOST": "unix:///none.sock"]))
        let expected = try await docker.key(for: source, offline: true)
        #expect(try await bench.builder().key(for: source, offline: false) == expected)
    }

    @Test func `the password is not in any process's arguments or environment, in a file or in a message`()
        async throws
    {
        let bench = try await BuildahBench()
        let base = try await bench.build(bench.source("FROM scratch\nCOPY busybox /bin/busybox\n")).image
        let watch = ProcessWatch(for: [RegistryServer.password])
        let result = try await bench.build(
            bench.source("FROM \(base.reference)\n\(BuildBench.run("/bin/busybox sleep 1"))\n"))
        let failure = try await bench.failure(
            of: bench.source("FROM \(base.reference)\n\(BuildBench.run("exit 3"))\n"))
        let seen = watch.stop()
        #expect(seen.scans > 3)
        #expect(seen.found.isEmpty)
        #expect(!result.lines.joined().contains(RegistryServer.password))
        #expect(failure?.description.contains(RegistryServer.password) == false)
        #expect(try bench.files(with: RegistryServer.password) == [bench.folder.file("password")])
    }

    @Test func `a secret is masked, and is in no file of the storage after the build`() async throws {
        let bench = try await BuildahBench()
        let secret = "planted/\(UUID().uuidString)"
        let file = try bench.folder.write("token", secret)
        let step = BuildBench.run("/bin/busybox cat /run/secrets/token").dropFirst(4)
        let source = try await bench.source(
            "FROM scratch\nCOPY busybox /bin/busybox\nRUN --mount=type=secret,id=token \(step)\n")
        let result = try await bench.build(source, ["secrets": .object(["token": .string(file)])])
        let text = result.lines.joined(separator: "\n")
        #expect(text.contains(SecretMask.mark), "\(text)")
        #expect(!text.contains(secret))
        #expect(try bench.files(with: secret) == [file])
    }

    @Test func `a moved tag of a base image is noticed, and layers that are there are used again`() async throws {
        let bench = try await BuildahBench(.init())
        let first = try await bench.base("one")
        let source = try await bench.source("FROM \(first)\nCOPY content.txt /x\n\(BuildBench.run("echo >/y"))\n")
        let built = try await bench.build(source)
        // Another repository does not have the image, so it is built again.
        let again = try await bench.build(source, ["destination": .string("other")])
        #expect(again.lines.filter { $0.contains("Using cache") }.count >= 2, "\(again.lines)")
        #expect(again.image.digest == built.image.digest)
        _ = try await bench.base("two")
        let moved = try await bench.build(source)
        #expect(moved.image.digest != built.image.digest)
        #expect(!moved.lines.contains { $0.contains("Using cache") }, "\(moved.lines)")
    }

    @Test func `the storage keeps the configured number of images, and their base`() async throws {
        let bench = try await BuildahBench()
        func names() throws -> [String] {
            let lines = try bench.buildah("vfs", ["images", "--format", "{{.Name}}:{{.Tag}}"]).split(separator: "\n")
            return lines.map(String.init)
        }
        for number in 0..<4 {
            _ = try await bench.build(
                bench.source("FROM scratch\nCOPY content.txt /x\nENV N=\(number)\n", content: "\(number)"),
                ["cache_images": .integer(2)])
        }
        #expect(try names().filter { $0.hasPrefix("localhost/launch-build:") }.count == 2)
        for number in 0..<4 {
            _ = try await bench.failure(
                of: bench.source(
                    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY content.txt /x\n\(BuildBench.run("exit 3"))\n",
                    content: "failing \(number)"),
                ["cache_images": .integer(2)])
        }
        #expect(try names().count == 4)
        _ = try await bench.build(bench.source("FROM scratch\nENV LAST=1\n"), ["cache_images": .integer(0)])
        #expect(try names() == [])
        #expect(try bench.leftovers() == [])
    }

    @Test func `builds at the same time share the storage, and the last one cleans up`() async throws {
        let bench = try await BuildahBench()
        let images = try await withThrowingTaskGroup(of: PinnedImage.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let step = BuildBench.run("echo \(number) >/n")
                    let source = try await bench.source("FROM scratch\nCOPY busybox /bin/busybox\n\(step)\n")
                    // Another builder each, as in several processes.
                    return try await bench.build(source, ["cache_images": .integer(0)]).image
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(images.compactMap(\.digest)).count == 4)
        #expect(try bench.leftovers() == [])
        #expect(try bench.buildah("vfs", ["images", "--quiet"]).isEmpty)
    }

    @Test func `a base image of another platform is refused with both platforms`() async throws {
        let bench = try await BuildahBench()
        let base = try await bench.base("one")
        let failure = try await bench.failure(
            of: bench.source("FROM \(base)\nCOPY content.txt /x\n"), ["platform": .string("linux/arm64")])
        #expect(failure?.category == .invalid)
        #expect(
            failure?.message
                == "The base image \(base) is for linux/amd64, but the builder's 'platform' is linux/arm64.")
    }

    @Test func `a failed step is named, also one of a later stage`() async throws {
        let bench = try await BuildahBench()
        let failure = try await bench.failure(
            of: bench.source(
                "FROM scratch AS one\nCOPY busybox /bin/busybox\nFROM one\n\(BuildBench.run("echo the-reason; exit 3"))\n"
            ))
        #expect(failure?.category == .invalid)
        #expect(failure?.message.contains("it failed at '[2/2] STEP 2/3: RUN [") == true, "\(failure as Any)")
        #expect(failure?.message.contains("the-reason") == true)
    }

    @Test func `a base image that does not exist is an error with its name`() async throws {
        let bench = try await BuildahBench()
        let name = "\(bench.server.host)/team/no-such:v1"
        let failure = try await bench.failure(of: bench.source("FROM \(name)\nCOPY busybox /x\n"))
        #expect(failure?.category == .invalid)
        #expect(failure?.message.contains("The base image \(name) cannot be pulled.") == true)
    }

    @Test func `a build that exceeds its timeout is stopped, and the error names the step`() async throws {
        let bench = try await BuildahBench()
        let failure = try await bench.failure(
            of: bench.source(
                "FROM scratch\nCOPY busybox /bin/busybox\n\(BuildBench.run("/bin/busybox sleep 900"))\n"),
            ["timeout": .integer(8)])
        #expect(failure?.category == .invalid)
        #expect(failure?.message.contains("took longer than 8.0 seconds") == true, "\(failure as Any)")
        #expect(try bench.leftovers() == [])
    }

    @Test func `a push that the registry refuses is an error of the push`() async throws {
        let bench = try await BuildahBench()
        let source = try await bench.source("FROM scratch\nCOPY busybox /x\n")
        let builder = try bench.builder()
        let key = try await builder.key(for: source, offline: false)
        // Another repository of the same name cannot be in a registry that is read only.
        let registry = ReadOnlyRegistry(base: try bench.registry(), host: "localhost:1")
        let destination = try ImageReference(parsing: "localhost:1/team/x:\(key.tag)")
        let error = await #expect(throws: BackendError.self) {
            _ = try await builder.build(source, key: key, to: destination, registry: registry) { _ in }
        }
        #expect(error?.category == .transient)
        #expect(error?.message.contains("could not be pushed") == true)
        #expect(try bench.leftovers() == [])
    }

    @Test func `what buildah cannot read, and an engine's own store, are refused before a build`() async throws {
        let bench = try await BuildahBench()
        let other = try await bench.failure(of: bench.source("# syntax=example.com/other:1\nFROM scratch\nCOPY . /\n"))
        #expect(other?.category == .invalid)
        #expect(other?.message.contains("example.com/other:1") == true)
        let known = try await bench.failure(
            of: bench.source("# syntax=docker/dockerfile:1\nFROM scratch\nCOPY busybox /\n"))
        #expect(known == nil)
        let here = try await bench.failure(of: bench.source("FROM scratch\nRUN <<EOF\necho hi\nEOF\n"))
        if try await bench.version().minor < 33 {
            #expect(here?.message.hasPrefix("Dockerfile:2: here-documents need buildah 1.33") == true, "\(here as Any)")
        }
        let store = try LocalRegistry.plugin.make(Options(), PluginContext(variables: ["PATH": "/usr/bin:/bin"]))
        let builder = try bench.builder()
        let source = try await bench.source("FROM scratch\nCOPY busybox /\n")
        let key = try await builder.key(for: source, offline: true)
        let error = await #expect(throws: BackendError.self) {
            _ = try await builder.build(
                source, key: key, to: try ImageReference(parsing: "x:\(key.tag)"), registry: store
            ) { _ in }
        }
        #expect(error?.category == .invalid)
    }

    private static func works(_ driver: String, _ bench: BuildahBench) async -> Bool {
        if driver == "vfs" { return true }
        let works = (try? bench.buildah(driver, ["info"])) != nil
        if !works { print("buildah: the storage driver \(driver) does not work here; not tested") }
        return works
    }
}

/// A registry with another address, at which nothing answers.
private struct ReadOnlyRegistry: Registry {
    let base: any Registry
    let host: String

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? { nil }
    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        try base.destination(for: key, repository: repository)
    }
    func access() async throws(BackendError) -> RegistryAccess { .remote(host: host, login: nil) }
}

extension BuildahBench {
    /// Pushes a base image with another content to the same tag, and returns its name.
    fileprivate func base(_ content: String) async throws -> String {
        let name = "\(server.host)/team/base:v1"
        let built = try await build(source("FROM scratch\nCOPY busybox /bin/busybox\nENV C=\(content)\n")).image
        try Tool.run(
            "buildah",
            [
                "--root", folder.file("bases"), "--runroot", folder.file("bases-run"), "--storage-driver", "vfs",
                "pull",
                "--tls-verify=false", "--authfile", try authFile(), "docker://\(built.reference)",
            ])
        try Tool.run(
            "buildah",
            [
                "--root", folder.file("bases"), "--runroot", folder.file("bases-run"), "--storage-driver", "vfs",
                "push",
                "--tls-verify=false", "--authfile", try authFile(), built.reference, "docker://\(name)",
            ])
        return name
    }

    private func authFile() throws -> String {
        let pair = Data("\(RegistryServer.username):\(RegistryServer.password)".utf8).base64EncodedString()
        return try folder.write("tests-auth.json", "{\"auths\":{\"\(server.host)\":{\"auth\":\"\(pair)\"}}}")
    }

    fileprivate func version() async throws -> BuildahVersion {
        let options: [String: JSONValue] = ["root": .string(folder.file("storage"))]
        return try await BuildahMachine(Options(options), PluginContext(variables: environment)).setup().version
    }

    /// The files below the folder that contain a text.
    fileprivate func files(with text: String) throws -> [String] {
        let root = folder.path
        return try FileManager.default.subpathsOfDirectory(atPath: root).map { "\(root)/\($0)" }.filter { path in
            guard let data = FileManager.default.contents(atPath: path) else { return false }
            return data.range(of: Data(text.utf8)) != nil
        }
    }
}
