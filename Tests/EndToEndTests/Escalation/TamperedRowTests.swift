import AWSStub
import Foundation
import Glibc
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

/// Rows that no `launch submit` writes, as an older or changed client could write them. The agent applies the queue's
/// rules itself.
@Suite("An agent rejects a row that breaks the rules of its queue", .timeLimit(.minutes(30)))
struct TamperedRowTests {
    /// A row: a spec that no command has checked, and later changes of its columns.
    private struct Row: Sendable {
        var says: String
        var spec: @Sendable (inout LaunchSpec, String) -> Void = { _, _ in }
        var sql: String?
    }

    static var rowCount: Int { rows.count }

    private static let rows: [Row] = [
        Row(says: "'allow_credentials: true'") { spec, _ in
            spec.rehearse = true
            spec.rehearsal = RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true)
        },
        // With a configuration that rehearses everything, the options alone would be enough.
        Row(says: "'allow_rehearse: true'") { spec, _ in spec.rehearsal = RehearsalOptions(wantsCredentials: true) },
        Row(says: "for channel train") { spec, folder in
            spec.rehearsal = RehearsalOptions(channels: ["train": "\(folder)/allowed/link"])
        },
        Row(says: "is not absolute") { spec, _ in spec.rehearsal = RehearsalOptions(output: "../../etc") },
        Row(says: "a time up to a day") { spec, _ in spec.rehearsal = RehearsalOptions(graceSeconds: .max) },
        Row(says: "does not allow the image evil.example.com/x") { spec, _ in spec.source = .image("evil.example.com/x")
        },
        Row(says: "which is not an image reference") { spec, _ in spec.source = .image("--evil") },
        Row(says: "does not allow the repository") { spec, _ in
            spec.source = .git(
                .init(url: "--upload-pack=evil", commit: "--evil", version: "x", dockerfile: "../../Dockerfile"))
        },
        Row(says: "does not let a submitter build the folder") { spec, _ in
            spec.source = .code(.init(snapshot: "../../../etc", origin: "/etc", dockerfile: "passwd"))
        },
        Row(says: "the project \"../secret\"") { spec, _ in spec.project = "../secret" },
        Row(says: "the run's name \"a\\nb\"") { spec, _ in spec.name = "a\nb" },
        Row(says: "choose the entity \"other\"") { spec, _ in spec.entity = "other" },
        Row(says: "'max_priority: critical'") { spec, _ in spec.priority = .critical },
        Row(says: "change RoleArn") { spec, _ in
            spec.overrides.settings = [.init(path: FieldPath([.member("RoleArn")]), value: .string("x"))]
        },
        Row(says: "\"StoppingCondition\" beside \"sagemaker\"") { spec, _ in
            spec.overrides.resourceArguments = .object(["sagemaker": .object([:]), "StoppingCondition": .object([:])])
        },
        // Without a queue in its spec, no rules would apply to the run.
        Row(
            says: "the row's queue is \"locked\", and its spec says \"none\"",
            sql: "spec = json_remove(spec, '$.queue')"),
        Row(says: "the row's queue is", sql: "spec = json_set(spec, '$.queue', 'box')"),
        Row(says: "the row's resource is", sql: "resource = 'local-docker'"),
        Row(says: "the row's resource is", sql: "spec = json_set(spec, '$.resource', 'local-docker')"),
        Row(says: "the row's project is", sql: "project = 'other'"),
        Row(says: "the row's priority is", sql: "priority = 0"),
        Row(says: "the row's author is", sql: "author = 'somebody'"),
        Row(
            says: "the author \"somebody\" is not an account that can write",
            sql: "author = 'somebody', spec = json_set(spec, '$.author', 'somebody', '$.entity', 'somebody')"),
        Row(
            says: "values of a later stage",
            sql: """
                resolved = json_object('runID', id, 'runName', id, 'project', 'default', 'entity', 'e', 'author', 'a',
                    'queue', 'locked', 'resource', 'sagemaker', 'source', json_object('image', 'evil.example.com/x'),
                    'arguments', json_array(), 'runConfig', json_object(), 'environment', json_object(),
                    'template', json_object())
                """),
    ]

    @Test func `each tampered row fails with its reason`() async throws {
        let queues = try await LockedQueues.make()
        let account = queues.account
        let store = try Store(home: LaunchHome(path: account.folder.file("home")))
        var ids: [RunID] = []
        for row in Self.rows {
            var spec = LaunchSpec(
                source: .image("\(Account.host)/train:v1"), project: "default", entity: SystemUser.name,
                author: SystemUser.name, resource: "sagemaker", queue: "locked")
            row.spec(&spec, account.folder.path)
            let id = try await store.submit(spec).id
            if let sql = row.sql {
                try await store.write { connection throws(StoreError) in
                    try connection.run("UPDATE runs SET \(sql) WHERE id = ?", [.text(id.rawValue)])
                }
            }
            ids.append(id)
        }
        let agent = try await account.launch("agent", "--drain", "-q", "locked", "-q", "box")
        #expect(agent.code == 0, "\(agent)")
        for (row, id) in zip(Self.rows, ids) {
            let run = try await store.run(id)
            #expect(run.state == .failed && run.cause?.code == .invalidRequest, "\(row.says): \(run)")
            #expect(run.cause?.message.contains(row.says) == true, "\(row.says): \(run.cause?.message ?? "")")
            #expect(run.image == nil && run.request == nil && run.handle == nil)
        }
        #expect(account.stub.sagemaker.jobs.isEmpty)
        #expect(
            account.stub.calls.filter {
                ["sagemaker", "s3", "ecr"].contains($0.service) && $0.operation.hasPrefix("Create")
            }.isEmpty)
    }

    @Test
    func `a rule that is added while a run waits for a retry applies to the run`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let store = try Store(home: LaunchHome(path: account.folder.file("home")))
        account.stub.always(
            "sagemaker", "CreateTrainingJob",
            .error("ResourceLimitExceeded", "The account-level service limit 'ml.m4.xlarge' is 0 Instances."))
        let id = try #require(RunID(rawValue: try await account.submit()))
        let agent = try account.start(["agent", "-q", "train"])
        #expect(try await eventually { try await store.run(id).attempts > 0 })
        try await agent.signal(SIGTERM)
        #expect(try await agent.end().code == 0)
        #expect(try await store.run(id).state == .queued)
        let file = try account.folder.write("narrow.yaml", Guide.queueYAML + "\nallow_sources: {images: [other]}\n")
        try await account.succeeding("queue", "edit", "train", "--config", file)
        try await store.write { connection throws(StoreError) in
            try connection.run("UPDATE runs SET not_before = NULL WHERE id = ?", [.text(id.rawValue)])
        }
        try await account.succeeding("agent", "--drain", "-q", "train")
        let run = try await store.run(id)
        #expect(run.state == .failed && run.cause?.message.contains("does not allow the image") == true, "\(run)")
    }
}
