import Foundation
import LaunchConformance
import LaunchHost
import LaunchOCIRegistry
import LaunchSubprocess
import TestSupport
import Testing

@testable import LaunchBuilders

/// The layer of packages, with a real registry and a real pip.
@Suite(
    .enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"),
    .enabled(if: Wheelhouse.hasPip, "python3 has no pip"), .timeLimit(.minutes(30)))
struct RequirementsTests {
    private let server: RegistryServer
    private let house: Wheelhouse

    init() async throws {
        server = try await RegistryServer()
        house = try Wheelhouse()
        try house.wheel("small", "1.0")
        try house.wheel("small", "2.0")
        try house.wheel("large", "1.0", needs: ["small>=2"])
        try await Self.pushBase(server.host, "base", python: "3.12.4")
    }

    private static func pushBase(_ host: String, _ name: String, python: String?, tag: String = "v1") async throws {
        let variables = ["PATH=/usr/bin:/bin"] + (python.map { ["PYTHON_VERSION=\($0)"] } ?? [])
        try await TestBase(layers: [TestBase.layer(4096, seed: 5)], settings: ["Env": variables])
            .push(to: host, name, tag: tag)
    }

    private func bench(_ options: [String: JSONValue] = [:], setting: [String: String] = [:]) throws -> AppendBench {
        var all: [String: JSONValue] = ["base_image": .string("\(server.host)/base:v1")]
        all.merge(options) { $1 }
        return try AppendBench(host: server.host, options: all, setting: house.variables.merging(setting) { $1 })
    }

    private func documents(_ image: PinnedImage) async throws -> ImageDocuments {
        let client = RegistryClient(.init(host: try RegistryHost(parsing: server.host)))
        let digest = try #require(image.digest?.rawValue)
        let name = try ImageReference(parsing: image.reference)
        return try #require(try await client.documents(name.repository, digest))
    }

    @Test func `packages get a layer of their own, which other code uses again without pip`() async throws {
        let bench = try bench()
        let files = ["requirements.txt": "large  # and what it needs\n", "train.py": "print(1)\n"]
        let said = Names()
        let first = try await bench.build(bench.source(files), bench.builder(), to: bench.registry()) {
            said.add($0.line)
        }
        #expect(
            said.all.contains { $0.hasPrefix("installing requirements.txt for Python 3.12 on linux/amd64 with pip ") })
        #expect(said.all.contains { $0.contains("Successfully installed") }, "\(said.all)")
        let documents = try await documents(first.image)
        #expect(documents.layers.count == 3)
        let config = try JSONValue(parsing: String(decoding: documents.config, as: UTF8.self))
        #expect(
            config["config"]?["Env"]
                == .array(
                    [
                        "PATH=/opt/launch/packages/bin:/usr/bin:/bin", "PYTHON_VERSION=3.12.4",
                        "PYTHONPATH=/opt/launch/packages",
                    ].map { .string($0) }))
        #expect(config["history"]?.arrayValue?.count == 3)
        #expect(config["rootfs"]?["diff_ids"]?.arrayValue?.count == 3)

        // Other code and another comment, on an agent without Python.
        let agent = try self.bench(setting: ["PATH": "/nowhere"])
        let edited = ["requirements.txt": "large\n", "train.py": "print(2)\n"]
        let second = try await agent.build(agent.source(edited), agent.builder(), to: agent.registry()) {
            said.add($0.line)
        }
        #expect(said.all.contains { $0.hasPrefix("the layer of requirements.txt is in the registry already") })
        let again = try await self.documents(second.image)
        #expect(again.layers[1] == documents.layers[1] && again.layers[2] != documents.layers[2])
        #expect(try bench.leftovers().isEmpty && agent.leftovers().isEmpty)
    }

    @Test func `the same packages are the same bytes in another registry, with another umask and folder`() async throws
    {
        var digests: Set<String> = []
        for name in ["one", "two"] {
            let bench = try bench(["destination": .string("apart/\(name)")])
            let made = try await bench.build(
                bench.source(["requirements.txt": "large\n", "a": name]), bench.builder(), to: bench.registry())
            digests.insert(try await documents(made.image).layers[1].digest)
        }
        #expect(digests.count == 1)
    }

    @Test func `conditions are about the Python of the image, and its platform`() async throws {
        try house.wheel("old", "1.0")
        try house.wheel("new", "1.0")
        try house.wheel("arm", "1.0", tag: "cp37-cp37m-manylinux_2_17_aarch64")
        try await TestBase.pushIndex(["arm64"], layer: TestBase.layer(64, seed: 6), to: server.host, "arm")
        let bench = try bench([
            "base_image": .string("\(server.host)/arm:v1"), "platform": .string("linux/arm64"),
            "python": .string("3.7"),
        ])
        let text = """
            old; python_version < "3.8"
            new; python_version >= "3.8"
            arm; platform_machine == "aarch64"
            """
        let said = Names()
        try await bench.build(
            bench.source(["requirements.txt": text]), bench.builder(), to: bench.registry()
        ) { said.add($0.line) }
        let installed = said.all.first { $0.contains("Successfully installed") } ?? ""
        #expect(
            installed.contains("old-1.0") && installed.contains("arm-1.0") && !installed.contains("new"), "\(said.all)")
    }

    @Test func `no code of a package runs, also if a wheel names a source distribution by its address`() async throws {
        let source = try house.sourceDistribution("evil", "1.0")
        try house.wheel("bait", "1.0", needs: ["evil @ file://\(source)"])
        let bench = try bench()
        for name in ["bait", "evil"] {
            let folder = try await bench.source(["requirements.txt": "\(name)\n"])
            let builder = try bench.builder()
            let registry = try bench.registry()
            let error = await #expect(throws: BackendError.self) {
                try await bench.build(folder, builder, to: registry)
            }
            #expect(error?.category == .invalid)
            #expect(error?.message.contains("finds no wheel for Python 3.12 on linux/amd64") == true, "\(error as Any)")
            #expect(error?.hint?.contains("PIP_FIND_LINKS") == true)
        }
        #expect(!house.hasRun)
        #expect(try bench.leftovers().isEmpty)
    }

    @Test func `contradictions, wrong hashes and missing packages are one error with pip's words`() async throws {
        let hash = String(repeating: "0", count: 64)
        let right = try house.wheel("small", "1.0")
        let cases = [
            ("large\nsmall<2\n", "contradict each other", "Cannot install"),
            ("small==1.0 --hash=sha256:\(hash)\n", "another content", "Expected sha256 \(hash)"),
            ("small==1.0 --hash=sha256:\(right)\nlarge\n", "all need a version and a hash", "ERROR"),
            ("nowhere==3\n", "finds no wheel", "No matching distribution found for nowhere==3"),
        ]
        let bench = try bench()
        for (text, words, own) in cases {
            let source = try await bench.source(["requirements.txt": text])
            let builder = try bench.builder()
            let registry = try bench.registry()
            let error = await #expect(throws: BackendError.self) {
                try await bench.build(source, builder, to: registry)
            }
            #expect(error?.category == .invalid)
            #expect(error?.message.contains(words) == true && error?.message.contains(own) == true, "\(error as Any)")
            #expect(error?.message.contains(bench.folder.path) == false, "\(error as Any)")
        }
    }

    @Test func `an agent without pip, an unknown Python and a contradiction are found`() async throws {
        try await Self.pushBase(server.host, "plain", python: nil)
        try await Self.pushBase(server.host, "base", python: "3.12.4", tag: "3.12-alpine")
        let files = ["requirements.txt": "small\n"]
        func error(_ options: [String: JSONValue], _ setting: [String: String] = [:]) async throws -> BackendError? {
            let bench = try bench(options, setting: setting)
            let source = try await bench.source(files)
            let builder = try bench.builder()
            let registry = try bench.registry()
            return await #expect(throws: BackendError.self) { try await bench.build(source, builder, to: registry) }
        }
        let noPip = try await error([:], ["PATH": "/nowhere"])
        #expect(noPip?.category == .unavailable && noPip?.hint?.contains("python3-pip") == true, "\(noPip as Any)")
        let unknown = try await error(["base_image": .string("\(server.host)/plain:v1")])
        #expect(
            unknown?.category == .invalid && unknown?.hint?.contains("python: \"3.12\"") == true, "\(unknown as Any)")
        let wrong = try await error(["python": .string("3.11")])
        #expect(wrong?.message.contains("has Python 3.12") == true, "\(wrong as Any)")
        let alpine = try await error(["base_image": .string("\(server.host)/base:3.12-alpine")])
        #expect(alpine?.message.contains("Alpine") == true, "\(alpine as Any)")
        let missing = try await error(["requirements": .string("other.txt")])
        #expect(missing?.message.contains("'other.txt', which is not in the source") == true, "\(missing as Any)")
        // A retry may find the index again.
        let away = try await error(
            [:],
            [
                "PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "",
                "PIP_RETRIES": "1",
            ])
        #expect(away?.category == .transient && away?.message.contains("does not answer") == true, "\(away as Any)")
        // Off, and a file without packages: no layer.
        for (option, text) in [("off", "small\n"), ("auto", "# none\n")] {
            let bench = try bench(["requirements": .string(option)], setting: ["PATH": "/nowhere"])
            let made = try await bench.build(
                bench.source(["requirements.txt": text]), bench.builder(), to: bench.registry())
            #expect(try await documents(made.image).layers.count == 2)
        }
    }

    @Test(arguments: [
        ["python": "3.12", "requirements": "off"], ["python": "twelve"], ["python": "3.12.4"],
        ["requirements": "/etc/passwd"], ["requirements": "../x"],
    ])
    func `wrong options are refused when the builder is made`(options: [String: String]) throws {
        let bench = try bench(options.mapValues { .string($0) })
        let error = #expect(throws: BackendError.self) { try bench.builder() }
        #expect(error?.category == .invalid && error?.hint != nil)
    }

    @Test(
        .enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"),
        .enabled("scripts/build-base-image has not run") {
            (try? TestDocker.docker(["image", "inspect", Self.example])) != nil
        })
    func `a container finds the packages and their commands`() async throws {
        let base = "\(server.host)/example:1"
        try TestDocker.docker(["tag", Self.example, base])
        try TestDocker.docker(["push", "--quiet", base])
        let version = try TestDocker.docker([
            "run", "--rm", base, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])",
        ])
        let bench = try bench([
            "base_image": .string(base), "python": .string(version),
            "entrypoint": .array(["/bin/sh", "run.sh"].map { .string($0) }),
        ])
        let files = [
            "requirements.txt": "large\n", "run.sh": "python3 train.py && large && small\n",
            "train.py": """
            import large, small, importlib.metadata as metadata
            print(large.VERSION, small.VERSION, metadata.version("large"), len(metadata.files("large")))
            """,
        ]
        let image = try await bench.build(bench.source(files), bench.builder(), to: bench.registry()).image
        defer { TestDocker.removeImages([image.reference, base]) }
        try TestDocker.docker(["pull", "--quiet", image.reference])
        #expect(
            try TestDocker.docker(["run", "--rm", "--network", "none", image.reference])
                == "1.0 2.0 1.0 5\n1.0\n2.0")
    }

    private static let example = "launch-example-base:1"
}
