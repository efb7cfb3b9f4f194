import Foundation
import LaunchConfiguration
import LaunchHost
import Testing

@Suite struct LaunchConfigTests {
    @Test func `the guide's example is accepted`() throws {
        let text = """
            max_jobs: -1
            queues:
              - sagemaker
            environment:
              type: aws
              region: us-east-1
            registry:
              type: ecr
              uri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/train
            builder:
              type: docker
            """
        let config = try LaunchConfig(Fake.document(text), catalog: Fake.catalog)
        #expect(config.maxJobs == nil)
        #expect(config.queues == ["sagemaker"])
        #expect(config.environment.type == "aws")
        #expect(config.environment.options.string("region") == "us-east-1")
        #expect(config.registry.type == "ecr")
        #expect(config.builder.options.string("platform") == "linux/amd64")
        #expect(config.builder.options.duration("timeout") == .seconds(1800))
        #expect(config.builder.options.flag("pull"))
        #expect(config.runner == nil)
        #expect(config.warnings.isEmpty)
    }

    @Test(arguments: ["", "builder:\nregistry: {}\nqueues:\nmax_jobs: null\n", "{}"])
    func `absent and empty keys have the defaults`(_ text: String) throws {
        let config = try LaunchConfig(Fake.document(text), catalog: Fake.catalog)
        #expect(config.maxJobs == 1)
        #expect(config.queues == [])
        #expect(config.entity == nil)
        #expect([config.environment.type, config.registry.type, config.builder.type] == ["local", "local", "docker"])
        #expect(config.runner == nil)
    }

    @Test func `each runner has its own block`() throws {
        let text = "runners:\n  - type: cloud\n  - {type: local-docker, network: none}\n"
        let config = try LaunchConfig(Fake.document(text), catalog: Fake.catalog)
        #expect(config.runner == nil)
        #expect(config.runners.map(\.type) == ["cloud", "local-docker"])
        #expect(config.block(ofRunner: "local-docker")?.options.string("network") == "none")
        #expect(config.block(ofRunner: "local-docker")?.path.description == "runners[1]")
        #expect(config.block(ofRunner: "slurm") == nil)
    }

    @Test func `an absent block has the defaults, and requires the same keys as a written block`() throws {
        let options = try LaunchConfig.Block(absent: .builder, of: Fake.catalog.builders[0]).options
        #expect(options.duration("timeout") == .seconds(1800))
        let error = #expect(throws: LaunchError.self) {
            try LaunchConfig.Block(absent: .registry, of: Fake.catalog.registries[1])
        }
        #expect(error?.kind == .configuration)
        #expect(error?.diagnostics.first?.message.contains("\"uri\" is missing in registry (type: ecr)") == true)
        let given = try LaunchConfig.Block(
            absent: .registry, of: Fake.catalog.registries[1], given: ["uri": .string("a/b")])
        #expect(given.options.string("uri") == "a/b")
    }

    @Test func `values of every kind are decoded`() throws {
        let text = """
            {"max_jobs": 3, "entity": "team", "queues": ["a", "b"],
             "builder": {"type": "docker", "timeout": 90, "pull": false, "build_args": {"A": "1"},
                         "cache": {"size": "1.5g"}},
             "registry": {"type": "local", "uri": "localhost:5000/x", "username": "u", "password": "p"},
             "runner": {"type": "local-docker", "network": "none"}}
            """
        let config = try LaunchConfig(Fake.document(text, name: "c.json"), catalog: Fake.catalog)
        #expect(config.maxJobs == 3 && config.entity == "team")
        #expect(config.builder.options.duration("timeout") == .seconds(90))
        #expect(!config.builder.options.flag("pull"))
        #expect(config.builder.options.stringMap("build_args") == ["A": "1"])
        #expect(config.builder.options.values["cache"]?["size"] == .integer(3 << 29))
        #expect(config.registry.options.secret("password")?.reveal() == "p")
        #expect(config.runner?.options.string("network") == "none")
    }

    @Test func `an error of a plugin has the position of its key`() throws {
        let config = try LaunchConfig(Fake.document("max_jobs: 1\nbuilder:\n  type: noop\n"), catalog: Fake.catalog)
        let error = BackendError(.invalid, "these do not go together", hint: "choose one")
        #expect(
            DiagnosticRenderer().render(config.diagnostic(for: .builder, config.builder, error: error)) == """
                launch-config.yaml:2:1: builder (type: noop): these do not go together
                  2 | builder:
                    | ^
                  hint: choose one
                """)
        #expect(config.diagnostic(for: .environment, config.environment, error: error).line == nil)
    }

    @Test func `the thrown error contains the number of errors`() throws {
        let document = try Fake.document("a: 1\nb: 2\n")
        let error = try #require(throws: LaunchError.self) {
            try LaunchConfig(document, catalog: Fake.catalog)
        }
        #expect(error.kind == .configuration && error.message == "launch-config.yaml has 2 errors.")
    }

    @Test func `every declared example is accepted`() throws {
        for declaration in Fake.catalog.declarations {
            for example in declaration.examples {
                let text = declaration.configText(ofExample: example)
                #expect(Fake.diagnostics(text) == [])
            }
        }
    }
}

@Suite struct ConfigLocationTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func write(_ text: String, _ path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    @Test func `the search order of configuration files is kept`() throws {
        try inFolder { home in
            var variables = ["HOME": home]
            #expect(ConfigLocation(explicit: nil, variables: variables).origin == .none)
            #expect(try ConfigLocation(explicit: nil, variables: variables).read() == nil)
            let wandb = "\(home)/.config/wandb/launch-config.yaml"
            try write("max_jobs: 2", wandb)
            #expect(ConfigLocation(explicit: nil, variables: variables).path == wandb)
            let standard = "\(home)/.config/launch/launch-config.yaml"
            try write("max_jobs: 3", standard)
            #expect(ConfigLocation(explicit: nil, variables: variables).path == standard)
            let xdg = "\(home)/xdg/launch/launch-config.yaml"
            try write("max_jobs: 4", xdg)
            variables["XDG_CONFIG_HOME"] = "relative"
            #expect(ConfigLocation(explicit: nil, variables: variables).path == standard)
            variables["XDG_CONFIG_HOME"] = "\(home)/xdg"
            let found = ConfigLocation(explicit: nil, variables: variables)
            #expect(found.path == xdg && found.origin == .standard)
            #expect(try LaunchConfig(at: found, catalog: Fake.catalog).maxJobs == 4)
            variables["LAUNCH_CONFIG"] = "named.yaml"
            #expect(ConfigLocation(explicit: nil, variables: variables).path == "named.yaml")
            #expect(ConfigLocation(explicit: "x", variables: variables).origin == .option)
        }
    }

    @Test func `an unreadable file is an error with the reason`() throws {
        try inFolder { home in
            func message(_ path: String) -> String? {
                let location = ConfigLocation(explicit: path, variables: [:])
                do { return try location.read().map { _ in "read" } } catch {
                    return error.kind == .configuration ? error.description : nil
                }
            }
            #expect(
                message("\(home)/none.yaml") == "\(home)/none.yaml: the file does not exist. The path comes from -c.")
            #expect(message(home) == "\(home): this is a folder, and a file is expected. The path comes from -c.")
            #expect(message("/dev/null") == "read")
        }
    }

    @Test func `without a file the defaults apply`() throws {
        let location = ConfigLocation(explicit: nil, variables: [:])
        let config = try LaunchConfig(at: location, catalog: Fake.catalog)
        #expect(config.document == nil && config.maxJobs == 1 && config.builder.type == "docker")
        let diagnostic = config.diagnostic(for: .builder, config.builder, error: BackendError(.invalid, "no"))
        #expect(DiagnosticRenderer().render(diagnostic) == "error: builder (type: docker): no")
    }
}
