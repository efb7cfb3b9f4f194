import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct QueueCommandTests {
    @Test func `a queue is created, shown, changed and deleted`() async throws {
        let desk = try Desk()
        let made = await desk.run("queue create iris -r local-docker --config \(Examples.iris)/queue.yaml")
        #expect(made.code == .ok && made.output == "iris\n" && made.errors == "")
        #expect(
            await desk.run("queue list").output
                == """
                QUEUE\tRESOURCE\tSTATE\tWAITING\tUNDER WAY\tENDED
                iris\tlocal-docker\topen\t0\t0\t0

                """)
        let paused = await desk.run("queue pause iris")
        #expect(paused.output == "")
        #expect(paused.errors == "The queue 'iris' is paused: live runs continue, no new ones are claimed.\n")
        #expect(await desk.run("queue pause iris").errors == "The queue 'iris' was paused already.\n")
        #expect(await desk.run("queue list").output.contains("paused"))
        #expect(await desk.run("queue resume iris").errors == "The queue 'iris' is open again; 0 runs waiting.\n")
        #expect(await desk.run("queue delete iris").errors == "The queue 'iris' is deleted.\n")
        let empty = await desk.run("queue list")
        #expect(empty.output == "")
        #expect(empty.errors == "no queues; make one with 'launch queue create NAME --resource TYPE'\n")
    }

    @Test func `the file is shown as it was written`() async throws {
        let desk = try Desk()
        let text = """
            # cheap machines only
            cpus: 1
            memory: "{{size}}"
            template_variables:
              size: {type: string, enum: [256m, 1g], default: 256m, description: How much memory.}
            allow_overrides: [network]
            """
        let file = try desk.folder.write("queue.yaml", text)
        _ = await desk.run("queue create try -r local-docker --config \(file)")
        #expect(await desk.run("queue show try --template").output == text + "\n")
        #expect(
            await desk.run("queue show try").output
                == """
                queue      try
                resource   local-docker
                state      open
                runs       none yet
                created    TIME
                file       DIR/queue.yaml
                overrides  network
                allows     images: none; unpinned images: none; git: none; sources: none; rehearsals: none; \
                credentials: none; folders: none; projects: none; names: none; entities: none; priority: at most medium

                VARIABLE  VALUE            DEFAULT  MEANING
                size      one of 256m, 1g  256m     How much memory.

                template
                  # cheap machines only
                  cpus: 1
                  memory: "{{size}}"
                  template_variables:
                    size: {type: string, enum: [256m, 1g], default: 256m, description: How much memory.}
                  allow_overrides: [network]

                """)
        let json = try await desk.run("queue show try --json").json()
        #expect(json["template"] == .object(["cpus": .integer(1), "memory": .string("{{size}}")]))
        #expect(json["text"] == .string(text))
    }

    @Test func `the default template keeps its comments`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create try -r mock")
        let shown = await desk.run("queue show try --template").output
        #expect(shown.hasPrefix("# A mock run does nothing for this long"))
    }

    @Test func `an existing queue is not created again`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create try -r mock")
        let again = await desk.run("queue create try -r mock")
        #expect(again.code == .invalidData && again.output == "")
        #expect(
            again.errors
                == "error: There is a queue 'try' already.\n"
                + "  hint: Change it with 'launch queue edit', or take another name.\n")
        let same = await desk.run("queue create try -r mock --if-not-exists")
        #expect(same.code == .ok && same.output == "try\n")
        #expect(same.errors == "The queue 'try' exists already, unchanged.\n")
        let other = await desk.run("queue create try -r local-docker --if-not-exists")
        #expect(other.code == .ok)
        #expect(
            other.errors
                == "warning: The queue 'try' exists already with another definition, which is kept.\n")
        await #expect(try desk.store().queue("try").definition.resource == "mock")
    }

    @Test func `errors are shown at their positions`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("queue.yaml", "cpus: 1\nmemry: 1g\ncpus: 2\n")
        let answer = await desk.run("queue create try -r local-docker --config \(file)")
        #expect(answer.code == .invalidData && answer.output == "")
        #expect(
            answer.errors
                == """
                error: DIR/queue.yaml has 2 errors.
                DIR/queue.yaml:2:1: unknown key "memry" in the template (resource: local-docker); did you mean "memory"?
                  2 | memry: 1g
                    | ^
                DIR/queue.yaml:3:1: duplicate key "cpus"; the first is at 1:1
                  3 | cpus: 2
                    | ^
                  hint: remove one of the two

                """)
        await #expect(try desk.store().queues().isEmpty)
    }

    @Test func `an unknown name is an error that suggests the nearest`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create train -r mock")
        for verb in ["show", "pause", "resume", "delete", "edit"] {
            let answer = await desk.run("queue \(verb) trian")
            #expect(answer.code == .unavailable && answer.output == "")
            #expect(
                answer.errors
                    == "error: The queue 'trian' does not exist in 'DIR/home/launch.db'; did you mean 'train'?\n"
                    + "  hint: 'launch queue list' shows the queues.\n", "\(verb)")
        }
        let type = await desk.run("queue create x -r mok")
        #expect(type.code == .usage)
        #expect(
            type.errors.hasPrefix(
                "error: --resource must be one of mock, local-docker, found 'mok'; did you mean 'mock'?"))
    }

    @Test func `invalid command lines are rejected`() async throws {
        let desk = try Desk()
        let none = await desk.run("queue create x")
        #expect(none.code == .usage && none.errors.hasPrefix("error: missing --resource\n"))
        let name = await desk.run("queue create -r mock", more: ["a b"])
        #expect(name.code == .invalidData && name.errors.hasPrefix("error: 'a b' cannot be the name of a queue.\n"))
        let file = await desk.run("queue create x -r mock --config \(desk.folder.file("none.yaml"))")
        #expect(file.code == .invalidData && file.errors == "error: DIR/none.yaml: the file does not exist.\n")
    }

    @Test func `deleting a queue stops waiting runs only with --force`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create train -r mock")
        let spec = LaunchSpec(
            source: .image("busybox"), project: "p", entity: "e", author: "a", resource: "mock", queue: "train")
        _ = try await desk.store().submit(spec)
        let refused = await desk.run("queue delete train")
        #expect(refused.code == .invalidData)
        #expect(refused.errors == "error: The queue 'train' has 1 run waiting.\n  hint: Stop them too with --force.\n")
        let forced = await desk.run("queue delete train --force --json")
        #expect(try forced.json() == .object(["name": .string("train"), "stoppedRuns": .integer(1)]))
        #expect(forced.errors == "The queue 'train' is deleted, and 1 waiting run stopped.\n")
    }
}
