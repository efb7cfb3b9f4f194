import Foundation
import LaunchConsole
import LaunchHost
import LaunchMock
import TestSupport

@testable import LaunchCommands

/// A desk whose records, files, plugins and environment contain control sequences in every text from outside.
struct HostileWorld {
    /// Clears the screen, sets the title and the clipboard, opens a link, overwrites its line, reverses text, hides
    /// text.
    static let text =
        "\u{1B}[2J\u{1B}]0;title\u{7}\u{1B}]52;c;eA==\u{7}\u{1B}]8;;x:\u{1B}\\\r\u{8}\u{7F}\u{9B}31m\u{85}"
        + "\u{202E}\u{2066}\u{200F}\u{61C}\u{2028}\u{E0041}\u{FEFF}"
    static let queue = "hostile"

    var desk: Desk
    let waiting: RunID
    let ended: RunID

    /// - Parameter variables: additional environment variables, such as `TERM`.
    init(_ variables: [String: String] = [:]) async throws {
        desk = try Desk()
        desk.catalog = Self.catalog
        desk.variables["USER"] = Self.text
        desk.variables.merge(variables) { $1 }
        let store = try desk.store()
        let file = try desk.folder.write("queue\(Self.fileName).yaml", Self.queueFile)
        try await store.createQueue(try Self.definition(file))
        try await store.createJob(
            "job",
            source: .git(Source.Git(url: Self.text, commit: Self.text, version: Self.text, dockerfile: Self.text)),
            aliases: [])
        waiting = try await store.submit(Self.spec, as: .random()).id
        ended = try await Self.end(store)
        try desk.folder.write("broken.yaml", "queues: [a\u{202E}b]\nmax_job\u{2067}: \"\(Self.printableInYAML)\"\n")
        try desk.folder.write("control.yaml", "a: \u{1B}[2J\u{7}\n")
        try desk.folder.write("hostile.yaml", "resource: mock\nqueue: hostile\n# \u{202E}\nmetrics: {loss: 2}\n")
        try desk.folder.write("spec.yaml", "name: \(Self.quoted)\nimage: \(Self.quoted)\nqueue: \(Self.quoted)\n")
        try desk.folder.write("spec-good.yaml", "name: \(Self.quoted)\nimage: a/b:1\nparams: {k: \(Self.quoted)}\n")
        try desk.folder.write("source/Dockerfile", "FROM \(Self.text)\n")
    }

    /// The text in YAML, with each character as an escape.
    private static let quoted =
        "\""
        + text.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }.joined() + "\""
    /// Without the characters that YAML rejects.
    private static let printableInYAML = "\u{202E}\u{2066}\u{200F}\u{61C}\u{E0041}"
    /// A file's name has a maximum length.
    private static let fileName = "\u{1B}[2J\u{9B}m\u{202E}\n"

    private static let queueFile = """
        # a comment \u{202E}
        metrics: {loss: 1}
        template_variables:
          v: {type: string, default: \(quoted), enum: [\(quoted), b]}

        """

    private static func definition(_ path: String) throws -> QueueDefinition {
        let document = try Document(reading: path, kind: .invalid)
        let file = try QueueFile(document, runner: MockPlugins.runner)
        return try QueueDefinition(name: queue, resource: "mock", file: file, fileName: path)
    }

    private static let spec = LaunchSpec(
        source: .image("registry/image:\(text)"), name: text, project: text, entity: text, author: text,
        resource: "mock", queue: queue, overrides: Overrides(arguments: [text], environment: [text: text]))

    /// A run that went through every stage, with the text in everything that a backend reports.
    private static func end(_ store: Store) async throws -> RunID {
        let owner = try await store.becomeOwner(kind: "test")
        let run = try await store.submit(spec, as: .random(), claimedBy: owner.id)
        let cause = Cause(.exit, "\(text)\n\(text)", exitCode: 1)
        try await store.transition(run.id, token: run.fencingToken, to: .building, message: text)
        try await store.transition(
            run.id, token: run.fencingToken, to: .submitting, message: text,
            changes: RunChanges(imageDecision: text, request: RunRequest(runner: "mock", document: .string(text))))
        try await store.transition(
            run.id, token: run.fencingToken, to: .running, message: text,
            changes: RunChanges(handle: RunHandle(runner: "mock", runID: run.id), backendStatus: text))
        try await store.note(run.id, token: run.fencingToken, text, cause: cause)
        let outcome = Outcome(
            outputs: [.init(name: text, path: text)], metrics: [text: 1], warnings: [text], facts: [.init(text, text)])
        try await store.transition(
            run.id, token: run.fencingToken, to: .failed, cause: cause, changes: RunChanges(outcome: outcome))
        try await store.markReleased(run.id)
        let folder = store.home.folder(of: run.id)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "1\to\talgo-1\t.\t\(text)\n1\to\talgo-1\t.\t10%\r20%\r30%\n".write(
            toFile: LogArchive.path(in: folder), atomically: true, encoding: .utf8)
        try "build | \(text)\n".write(toFile: store.home.buildLog(of: run.id), atomically: true, encoding: .utf8)
        return run.id
    }

    /// The mock, and a plugin with the text in its declaration.
    private static let catalog = PluginCatalog(
        environments: [
            MockPlugins.environment, Plugin(type: "local", summary: text, make: MockPlugins.environment.make),
        ],
        registries: [MockPlugins.registry, Plugin(type: "local", summary: text, make: MockPlugins.registry.make)],
        builders: [MockPlugins.builder, Plugin(type: "docker", summary: text, make: MockPlugins.builder.make)],
        runners: [
            MockPlugins.runner,
            RunnerPlugin(
                Plugin(
                    type: "odd", summary: text, fields: [Field("key", .string, example: text, help: text)],
                    make: MockPlugins.runner.base.make),
                template: [Field("key", .string, default: .string(text), help: text)], defaultTemplate: "# \(text)\n"),
        ])
}
