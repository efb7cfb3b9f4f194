import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct ConfigCommandTests {
    @Test func `a valid file is summarized`() async throws {
        let desk = try Desk()
        let answer = await desk.run("config check \(Examples.iris)/launch-config.yaml")
        #expect(answer.code == .ok && answer.errors == "")
        #expect(
            answer.output
                == """
                \(Examples.iris)/launch-config.yaml: ok
                  jobs at once  2
                  queues        iris
                  environment   local: This machine
                  registry      local: Any OCI registry
                  builder       docker: Builds with docker or podman
                  runner        local-docker: Containers here

                """)
        let json = try await desk.run("config check \(Examples.iris)/launch-config.yaml --json").json()
        #expect(json["ok"] == .bool(true) && json["errors"] == .integer(0))
        #expect(json["config"]?["max_jobs"] == .integer(2))
        #expect(json["config"]?["types"]?["runner"] == .string("local-docker"))
    }

    @Test func `without a file the defaults apply`() async throws {
        let desk = try Desk()
        let answer = await desk.run("config check")
        #expect(answer.code == .ok)
        #expect(
            answer.output
                == """
                no launch-config.yaml: the defaults apply
                  jobs at once  1
                  queues        those named with -q
                  environment   local: This machine
                  registry      local: Any OCI registry
                  builder       docker: Builds with docker or podman
                  runner        named by each queue's resource

                """)
    }

    @Test func `the used file and the reason are printed`() async throws {
        var desk = try Desk()
        let none = await desk.run("config path")
        #expect(none.code == .ok && none.output == "")
        #expect(
            none.errors.hasPrefix(
                "The defaults apply, because these files do not exist: DIR/.config/launch/"))
        try desk.folder.write(".config/wandb/launch-config.yaml", "max_jobs: 1\n")
        let wandb = await desk.run("config path")
        #expect(wandb.output == "DIR/.config/wandb/launch-config.yaml\n")
        #expect(wandb.errors == "It is at W&B Launch's path, and there is none at launch's own path.\n")
        try desk.folder.write(".config/launch/launch-config.yaml", "max_jobs: 1\n")
        #expect(await desk.run("config path").output == "DIR/.config/launch/launch-config.yaml\n")
        desk.variables["LAUNCH_CONFIG"] = "/named/by-variable.yaml"
        let variable = await desk.run("config path")
        #expect(variable.output == "/named/by-variable.yaml\n")
        #expect(variable.errors == "The variable LAUNCH_CONFIG names it.\n")
        let option = try await desk.run("config path -c /named/by-option.yaml --json").json()
        #expect(option["path"] == .string("/named/by-option.yaml"))
        #expect(option["reason"] == .string("It is named with -c."))
        // A named file must exist.
        let check = await desk.run("config check")
        #expect(check.code == .configuration)
        #expect(
            check.errors
                == "error: /named/by-variable.yaml: the file does not exist.\n"
                + "  hint: The path comes from the variable LAUNCH_CONFIG.\n")
    }

    @Test func `keys are explained`() async throws {
        let desk = try Desk()
        #expect(
            await desk.run("config explain max_jobs").output
                == """
                max_jobs
                  How many jobs the agent runs at once; -1 means no limit.
                  value:    -1 or a whole number from 1 to 1000000
                  default:  1
                  example:  4, or -1 for no limit

                """)
        let platform = try await desk.run("config explain platform --json").json()
        #expect(
            platform
                == .array([
                    .object([
                        "key": .string("builder.platform"), "type": .string("docker"), "help": .string("What for."),
                        "value": .string("linux/amd64 or linux/arm64"), "required": .bool(false),
                    ])
                ]))
        let all = await desk.run("config explain").output.split(separator: "\n")
        #expect(all.contains("registry.uri") && all.contains("max_jobs"))
        let unknown = await desk.run("config explain max_job")
        #expect(unknown.code == .usage)
        #expect(
            unknown.errors.hasPrefix(
                "error: the key \"max_job\" does not exist in launch-config.yaml or a queue's file; did you mean \"max_jobs\"?\n  hint: "
            ))
    }

    @Test func `the schema contains the plugins`() async throws {
        let schema = try await Desk().run("config schema").json()
        let types = schema["properties"]?["runner"]?["properties"]?["type"]?["enum"]
        #expect(types == .array([.string("mock"), .string("local-docker")]))
    }
}
