import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct QueueExportTests {
    @Test func `an exported queue is its file with two more keys`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("queue.yaml", "# cheap\ncpus: 1 # one\n")
        _ = await desk.run("queue create train -r local-docker --config \(file)")
        let text = "queue: train\nresource: local-docker\n# cheap\ncpus: 1 # one\n"
        #expect(await desk.run("queue export train").output == text)
        let made = await desk.run("queue create train -r local-docker --config \(file) --if-not-exists")
        #expect(made.errors == "The queue 'train' exists already, unchanged.\n")
        let json = try await desk.run("queue export --json").json()
        #expect(json.arrayValue?.first?["text"] == .string(text) && json.arrayValue?.count == 1)
    }

    /// The keys have a place in each style of YAML, and the text has the same values.
    @Test(arguments: [
        "cpus: 1", "{}", "{ }\n", "{cpus: 1}", "{\"cpus\": 1}\n", "{\n  \"cpus\": 1,\n  \"network\": \"none\"\n}\n",
        "---\ncpus: 1\n", "%YAML 1.2\n---\ncpus: 1\n", "# only a comment\n{}\n", "  cpus: 1\n  network: none\n",
        "cpus: 1\r\nnetwork: none\r\n", "# a\r# b\rcpus: 1\r", "cpus: 1\n...\n", "---\n{cpus: 1}\n...\n",
        "\u{FEFF}cpus: 1\n",
        "? cpus\n: 1\n", "&a\ncpus: 1\n", "--- &a\ncpus: 1\n", "--- {cpus: 1}\n",
        "\"cpus\": 1\nnetwork: \"x\u{85}y\"\n",
        "queue: q1\ncpus: 1\n", "{resource: local-docker, cpus: 1}\n", "cpus: 1.0\nnetwork: \"${run_id}\"\n# end",
        "cpus: \"{{cpus}}\"\ntemplate_variables: {cpus: {type: number, default: 1}}\nallow_overrides: [memory]\n",
    ])
    func `an exported queue reads back as the same queue`(text: String) async throws {
        let desk = try Desk()
        let runner = try desk.catalog.knownRunner("local-docker")
        let document = try Document(text: text, name: "queue.yaml", kind: .invalid)
        let definition = try QueueDefinition(
            name: "q1", resource: "local-docker", file: QueueFile(document, runner: runner), fileName: nil)
        let exported = try definition.exported
        let read = try Document(text: exported, name: "exported.yaml", kind: .invalid)
        #expect(read.root.entry("queue")?.value.jsonValue == .string("q1"), "\(exported)")
        #expect(read.root.entry("resource")?.value.jsonValue == .string("local-docker"), "\(exported)")
        let again = try QueueDefinition(
            name: "q1", resource: "local-docker", file: QueueFile(read, runner: runner), fileName: nil)
        #expect(again.means(theSameAs: definition), "\(exported)")
        #expect(try again.exported == exported)
        if text.contains("#") { #expect(exported.contains("#")) }
    }

    /// Names that YAML reads as another type are in quotes.
    @Test(arguments: ["1", "true", "null", "1e5", "0x1f", "007", "a.b-c_d", "y", "12e", "1_000"])
    func `each name of a queue is text`(name: String) async throws {
        let desk = try Desk()
        _ = await desk.run("queue create \(name) -r mock")
        #expect(await desk.run("queue export --to \(desk.folder.path)/q").output == "DIR/q/\(name).yaml\n")
        let applied = await desk.run("apply -f \(desk.folder.path)/q --dry-run")
        #expect(applied.code == .ok && applied.errors == "queues: 1 unchanged\n")
    }

    @Test func `a file with another content is replaced only with --force`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create a -r mock")
        _ = await desk.run("queue create b -r mock")
        #expect(await desk.run("queue export").code == .usage)
        let path = try desk.folder.write("q/b.yaml", "mine\n")
        let refused = await desk.run("queue export --to \(desk.folder.path)/q")
        #expect(refused.code == .invalidData && refused.output == "")
        #expect(
            refused.errors
                == "error: 'DIR/q/b.yaml' exists with another content, and nothing was written.\n"
                + "  hint: Replace the file with --force, or name another folder.\n"
        )
        #expect(!FileManager.default.fileExists(atPath: desk.folder.file("q/a.yaml")))
        #expect(
            await desk.run("queue export --force --to \(desk.folder.path)/q").output == "DIR/q/a.yaml\nDIR/q/b.yaml\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("queue: b\nresource: mock\n"))
        #expect(await desk.run("queue export a b --to \(desk.folder.path)/q").code == .ok)
        let unknown = await desk.run("queue export c")
        #expect(unknown.code == .unavailable)
        #expect(await desk.run("queue export --to \(path)").code == .unavailable)
    }

    @Test func `a file for another queue or resource is refused at its key`() async throws {
        let desk = try Desk()
        let file = try desk.folder.write("queue.yaml", "queue: train\nresource: mock\n")
        let answer = await desk.run("queue create eval -r mock --config \(file)")
        #expect(answer.code == .invalidData)
        #expect(answer.errors.contains("DIR/queue.yaml:1:8: the file is for the queue \"train\", not for \"eval\"\n"))
        let other = await desk.run("queue create train -r local-docker --config \(file)")
        #expect(other.code == .invalidData)
        #expect(
            other.errors.contains(
                "DIR/queue.yaml:2:11: the file is for the resource \"mock\", and the queue is of \"local-docker\"\n"))
        #expect(await desk.run("queue create train -r mock --config \(file)").code == .ok)
    }
}
