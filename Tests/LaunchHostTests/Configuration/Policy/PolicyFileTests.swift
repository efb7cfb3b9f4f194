import Foundation
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchStore

/// The keys of the policy in a queue's file and in the store.
@Suite struct PolicyFileTests {
    private func read(_ text: String) throws -> QueueFile {
        try QueueFile(Document(text: text, name: "queue.yaml"), runner: Fake.open)
    }

    private static let whole = """
        A: b
        allow_overrides: [A]
        allow_sources:
          images: [registry.example.com/team/*, "python:3.*"]
          git: ["https://github.com/team/*"]
          folders: true
        allow_rehearse: true
        allow_credentials: true
        allow_folders: [/srv/data]
        allow_projects: [team-*, vision]
        allow_names: any
        allow_entities: [my-team]
        max_priority: high
        """

    private static let policy = SubmitterPolicy(
        rehearse: true, credentials: true, images: .only(["registry.example.com/team/*", "python:3.*"]),
        git: .only(["https://github.com/team/*"]), sourceFolders: .any, folders: .only(["/srv/data"]),
        projects: .only(["team-*", "vision"]), names: .any, entities: .only(["my-team"]), maxPriority: .high)

    @Test func `each key is read and is not part of the template`() throws {
        let file = try read(Self.whole)
        #expect(file.policy == Self.policy)
        #expect(file.template == .object(["A": .string("b")]))
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: [
        ("", SubmitterPolicy()), ("allow_credentials: false", SubmitterPolicy()),
        ("allow_sources: any", SubmitterPolicy(images: .any, git: .any, sourceFolders: .any)),
        ("allow_sources: {images: any}", SubmitterPolicy(images: .any, git: .only([]), sourceFolders: .only([]))),
        ("allow_sources: {folders: false, git: any}", .init(images: .only([]), git: .any, sourceFolders: .only([]))),
        ("allow_projects: []", SubmitterPolicy(projects: .only([]))),
    ])
    func `short forms are accepted`(_ text: String, _ policy: SubmitterPolicy) throws {
        #expect(try read("A: b\n" + text).policy == policy)
    }

    @Test(arguments: [
        ("allow_sources: [busybox]", "1:16", "must be any or a mapping"), ("allow_sources: all", "1:16", "must be"),
        ("allow_sources: {image: [a]}", "1:17", "did you mean \"images\"?"),
        ("allow_sources: {images: busybox}", "1:25", "must be"),
        ("allow_sources: {images: [\"*.com/x\"]}", "1:26", "the host '*.com' has a '*'"),
        ("allow_sources: {git: [github.com/team]}", "1:23", "it is not https://HOST/PATH"),
        ("allow_sources: {folders: [data]}", "1:27", "must be an absolute path"),
        ("allow_folders: [data]", "1:17", "must be an absolute path"),
        ("allow_rehearse: yes please", "1:17", "true or false"),
        ("allow_rehearse: \"{{x}}\"\ntemplate_variables: {x: {type: boolean}}", "1:17", "true or false"),
        ("max_priority: urgent", "1:15", "must be"), ("allow_project: any", "1:1", "did you mean \"allow_projects\"?"),
    ])
    func `an error has the position of its key`(_ text: String, _ place: String, _ words: String) throws {
        let error = try #require(throws: LaunchError.self) { _ = try read(text) }
        let said = error.diagnostics.map { DiagnosticRenderer().render($0) }
        #expect(said.contains { $0.hasPrefix("queue.yaml:\(place):") && $0.contains(words) }, "\(said)")
    }

    @Test(arguments: ["allow_overrides: []", "allow_overrides: [A]\nallow_sources: {}", "allow_sources: {images: []}"])
    func `a queue that allows no source is a warning`(text: String) throws {
        #expect(try read("A: b\n" + text).warnings.contains { $0.message.contains("the queue allows no source") })
    }

    @Test func `the store keeps all keys of a policy`() async throws {
        let store = try Sandbox().store()
        var definition = try QueueDefinition(name: "q", resource: "mock", file: try read(Self.whole), fileName: nil)
        try await store.createQueue(definition)
        #expect(try await store.queue("q").definition.policy == Self.policy)
        definition.policy.credentials = nil
        #expect(!definition.means(theSameAs: try await store.queue("q").definition))
        try await store.updateQueue(definition)
        #expect(try await store.queue("q").definition.policy.credentials == nil)
        // A queue without its file's text shows the same keys.
        definition.fileText = nil
        let again = try read(try definition.text)
        #expect(again.policy == definition.policy && again.allowOverrides == [FieldPath([.member("A")])])
    }

    /// A database of a version without policies: its locked queues deny, its open ones stay open.
    @Test func `a queue of an older version denies once it is locked`() async throws {
        let sandbox = try Sandbox()
        try sandbox.home.make()
        let old = try Database.sqlite(
            path: sandbox.home.database, durability: .processEnd, migrations: Array(Schema.migrations.prefix(2)))
        try await old.write { connection throws(StoreError) in
            for (name, allowed) in [("locked", "'[]'"), ("open", "NULL")] {
                try connection.run(
                    "INSERT INTO queues (name, resource, template, variables, allow_overrides, created_at, updated_at) "
                        + "VALUES ('\(name)', 'cloud', '{}', '[]', \(allowed), 1, 1)")
            }
        }
        let store = try sandbox.store()
        for (name, isRefused) in [("locked", true), ("open", false)] {
            let definition = try await store.queue(name).definition
            #expect(definition.policy == SubmitterPolicy())
            let stage = ResolveStage(queue: try ResolveStage.Queue(definition), plugin: Fake.open)
            var spec = LaunchSpec.sample(queue: name)
            spec.rehearsal = RehearsalOptions(wantsCredentials: true)
            let error = try #require(throws: LaunchError.self) { try stage.refuse(spec) }
            #expect(error.diagnostics.contains { $0.message.contains("gives no credentials") })
            #expect(error.diagnostics.contains { $0.message.contains("rehearse a run") } == isRefused)
        }
    }
}
