import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// Invalid configurations through the command: the exact lines that a user sees. The rows of the comparison with W&B
/// are first; W&B accepts most of these configurations.
@Suite struct WrongConfigTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        /// Everything after the file's name, including the source line and the caret.
        var says: String
        var testDescription: String { says.split(separator: "\n").first.map(String.init) ?? "" }
    }

    static let cases = [
        Case(
            text: "max_job: 2\n",
            says: """
                :1:1: unknown key "max_job" at the top level; did you mean "max_jobs"?
                  1 | max_job: 2
                    | ^
                """),
        Case(
            text: "builder:\n  type: dockr\n",
            says: """
                :2:9: unknown builder type "dockr"; did you mean "docker"?
                  2 |   type: dockr
                    |         ^
                  hint: known types: mock, docker
                """),
        Case(
            text: "builder:\n  type: docker\n  destinaton: x\n",
            says: """
                :3:3: unknown key "destinaton" in builder (type: docker); did you mean "destination"?
                  3 |   destinaton: x
                    |   ^
                """),
        Case(
            text: "environment: {type: aws, regoin: us-east-1}\n",
            says: """
                :1:26: unknown key "regoin" in environment (type: aws); did you mean "region"?
                  1 | environment: {type: aws, regoin: us-east-1}
                    |                          ^
                """),
        Case(
            text: "registry:\n  type: local\n  url: localhost:5000\n",
            says: """
                :3:3: unknown key "url" in registry (type: local); did you mean "uri"?
                  3 |   url: localhost:5000
                    |   ^
                """),
        Case(
            text: "registry:\n  type: local\n  uri: arn:aws:ecr:us-east-1:123456789012:repository/train\n",
            says: """
                :3:8: "uri" in registry (type: local) must be the address of a registry of this type; found \
                "arn:aws:ecr:us-east-1:123456789012:repository/train", which is of type ecr
                  3 |   uri: arn:aws:ecr:us-east-1:123456789012:repository/train
                    |        ^
                  hint: write type: ecr and uri: store.example.com/train
                """),
        Case(
            text: "max_jobs: -7\n",
            says: """
                :1:11: "max_jobs" must be -1 or a whole number from 1 to 1000000; found the number -7
                  1 | max_jobs: -7
                    |           ^
                  hint: for example 4, or -1 for no limit
                """),
        Case(
            text: "queues: []\n",
            says: """
                :1:9: "queues" is empty
                  1 | queues: []
                    |         ^
                  hint: name at least one queue, or omit the key and name the queue with -q
                """),
        // More rows: errors that only the plugin can find, a misplaced key, and errors of YAML itself.
        Case(
            text: "queues: [a]\nbuilder: {type: docker, destination: nowhere}\n",
            says: """
                :2:1: builder (type: docker): nothing can be pushed to nowhere
                  2 | builder: {type: docker, destination: nowhere}
                    | ^
                  hint: Name a repository.
                """),
        Case(
            text: "uri: localhost:5000\n",
            says: """
                :1:1: "uri" belongs to registry, not to the top level
                  1 | uri: localhost:5000
                    | ^
                  hint: move it into the block "registry:"
                """),
    ]

    @Test(arguments: cases) func `each wrong configuration is rejected at its position`(_ wrong: Case) async throws {
        let desk = try Desk()
        let file = try desk.folder.write("launch-config.yaml", wrong.text)
        let answer = await desk.run("config check \(file)")
        #expect(answer.code == .configuration && answer.output == "")
        #expect(answer.errors == "DIR/launch-config.yaml\(wrong.says)\n1 error\n")
        // JSON contains the same position, and every other command ends with the same code.
        let json = try await desk.run("config check \(file) --json").json()
        let first = json["diagnostics"]?.arrayValue?.first
        let place = [first?["line"], first?["column"]].compactMap { $0?.integerValue }.map { ":\($0)" }.joined()
        #expect(wrong.says.hasPrefix("\(place): "))
        #expect(json["ok"] == .bool(false) && json["errors"] == .integer(1))
        let used = await desk.run("doctor -c \(file)")
        #expect(used.code == .configuration)
    }

    @Test func `all errors are reported together`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write(
            "launch-config.yaml", "max_job: 2\nqueues: [a, a]\nbuilder: {type: dockr}\nregistry: {type: lokal}\n")
        let answer = await desk.run("config check \(file)")
        #expect(answer.errors.split(separator: "\n").filter { $0.hasPrefix("DIR/launch-config.yaml:") }.count == 4)
        #expect(answer.errors.hasSuffix("\n4 errors\n"))
    }

    @Test func `the environment local is accepted`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("launch-config.yaml", "environment: {type: local}\n")
        #expect(await desk.run("config check \(file)").code == .ok)
    }

    @Test func `a configuration with only warnings is accepted`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("launch-config.yaml", "entity: \"${TEAM}\"\n")
        let answer = await desk.run("config check \(file)")
        #expect(answer.code == .ok && answer.output.hasPrefix("DIR/launch-config.yaml: ok\n"))
        #expect(
            answer.errors
                == """
                DIR/launch-config.yaml:1:9: warning: "${TEAM}" is used literally: this file does not expand variables
                  1 | entity: "${TEAM}"
                    |         ^
                  hint: write the value itself
                1 warning

                """)
    }

    @Test func `on a terminal, errors have colours`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("launch-config.yaml", "max_job: 2\n")
        let shown = await desk.run("config check \(file)", onTerminal: true)
        #expect(shown.errors.contains("\u{1B}[1mDIR/launch-config.yaml:1:1:\u{1B}[0m unknown key"))
        #expect(shown.errors.contains("\u{1B}[32m^\u{1B}[0m"))
        let plain = await desk.run("config check \(file) --no-color", onTerminal: true)
        #expect(!plain.errors.contains("\u{1B}"))
        // A command that only reads the file shows colours too.
        let queue = try desk.folder.write("queue.yaml", "cpus: x\n")
        let met = await desk.run("queue create q -r local-docker --config \(queue)", onTerminal: true)
        #expect(met.errors.contains("\u{1B}[1mDIR/queue.yaml:1:7:\u{1B}[0m \"cpus\""))
    }
}
