import LaunchConsole
import LaunchHost
import Testing

@testable import LaunchCommands

@Suite struct PluginsCommandTests {
    @Test func `plugins are listed by role`() async throws {
        let desk = try Desk()
        #expect(
            await desk.run("plugins list --role builder").output
                == """
                ROLE\tTYPE\tWHAT IT IS
                builder\tmock\tSimulates builds, for tests and demonstrations
                builder\tdocker\tBuilds with docker or podman

                """)
        #expect(try await desk.run("plugins list --json").json().arrayValue?.count == 10)
        let wrong = await desk.run("plugins list --role bilder")
        #expect(wrong.code == .usage && wrong.errors.contains("did you mean 'builder'?"))
    }

    @Test func `a plugin is described with its keys and examples`() async throws {
        let answer = await (try Desk()).run("plugins describe local-docker")
        #expect(
            answer.output
                == """
                runner local-docker
                  Containers here

                Keys, besides type
                  none

                Capabilities
                CAPABILITY  VALUE        MEANING
                needsImage  yes          A run needs an image.
                rehearses   no           It cannot run the jobs of other runners.
                keepsLogs   no           The log is archived when a run has ended.
                tellsStops  no           A run that ends after a stop was requested counts as stopped.
                fixedGrace  no           'launch stop --grace' sets the time from SIGTERM to SIGKILL.
                costs       no           An ended run has no cost.
                pace        1 s to 20 s  The time between two observations of the runs: after a change, and without changes.

                Keys of a queue's template
                KEY      VALUE                      DEFAULT  MEANING
                network  text                                The network.
                cpus     a number from 0.1 to 1024           CPUs.
                memory   a size, e.g. 512m or 8g             Memory.
                outputs  a list of text                      What is kept.
                metrics  a mapping of text                   Patterns.

                The template of a queue that is made without a file
                  network: none

                """)
    }

    @Test func `all roles of a type are described`() async throws {
        let desk = try Desk()
        let all = try await desk.run("plugins describe mock --json").json().arrayValue ?? []
        #expect(all.compactMap { $0["role"]?.stringValue } == ["environment", "registry", "builder", "runner"])
        let capabilities = try #require(all.last?["capabilities"])
        #expect(capabilities["needsImage"] == .bool(true) && capabilities["pace"]?["shortest"] == .number(0.02))
        #expect(all[2]["capabilities"] == .object(["builds": .bool(true)]) && all[0]["capabilities"] == nil)
        let environment = await desk.run("plugins describe aws").output
        #expect(environment.contains("region  text   required  The region.\n"))
        let example = await desk.run("plugins describe mock --role environment").output
        #expect(example.contains("\nExample\n  environment:\n    type: mock\n    principal: alice\n"))
    }

    @Test func `an unknown type is an error that suggests the nearest`() async throws {
        let desk = try Desk()
        let answer = await desk.run("plugins describe dokcer")
        #expect(answer.code == .usage)
        #expect(
            answer.errors
                == "error: The plugin type 'dokcer' does not exist in this program; did you mean 'docker'?\n"
                + "  hint: 'launch plugins list' lists the available ones.\n")
        let role = await desk.run("plugins describe docker --role runner")
        #expect(role.code == .usage && role.errors.contains("'launch plugins list --role runner'"))
    }

    @Test func `the reference equals the page of the documentation`() async throws {
        let desk = try Desk()
        #expect(await desk.run("plugins docs").output == Reference.markdown(desk.catalog))
    }
}
