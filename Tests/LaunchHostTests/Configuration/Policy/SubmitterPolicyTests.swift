import Foundation
import Testing

import LaunchHost
@testable import LaunchCore

/// A submitter's permissions beyond overrides, and the origin of the rules.
@Suite struct SubmitterPolicyTests {
    private func spec(_ change: (inout LaunchSpec) -> Void = { _ in }) -> LaunchSpec {
        var spec = LaunchSpec(
            source: .image("busybox:1"), project: "default", entity: "ada", author: "ada", resource: "cloud", queue: "q"
        )
        change(&spec)
        return spec
    }

    private func refusals(_ policy: SubmitterPolicy, locked: Bool = true, _ change: (inout LaunchSpec) -> Void)
        -> [String]
    {
        policy.refusals(of: spec(change), isLocked: locked).map { "\($0.message) | \($0.hint ?? "")" }
    }

    private static let open = SubmitterPolicy(images: .any, git: .any, sourceFolders: .any)

    private static let asks: [(key: String, ask: @Sendable (inout LaunchSpec) -> Void, given: SubmitterPolicy)] = [
        ("allow_rehearse: true", { $0.rehearse = true }, .init(rehearse: true)),
        ("allow_rehearse: true", { $0.rehearsal = RehearsalOptions() }, .init(rehearse: true)),
        (
            "allow_folders: [/data]", { $0.rehearsal = .init(channels: ["a": "/data"]) },
            .init(rehearse: true, folders: .any)
        ),
        (
            "allow_folders: [/data]", { $0.rehearsal = .init(checkpoints: "/data") },
            .init(rehearse: true, folders: .only(["/data"]))
        ),
        (
            "allow_folders: [/data/x]", { $0.rehearsal = .init(output: "/data/x") },
            .init(rehearse: true, folders: .only(["/data"]))
        ),
        ("allow_projects: [secret]", { $0.project = "secret" }, .init(projects: .only(["sec*"]))),
        ("allow_names: [best]", { $0.name = "best" }, .init(names: .any)),
        ("allow_entities: [team]", { $0.entity = "team" }, .init(entities: .only(["team"]))),
        ("max_priority: high", { $0.priority = .high }, .init(maxPriority: .high)),
        ("max_priority: critical", { $0.priority = .critical }, .init(maxPriority: .critical)),
    ]

    @Test(arguments: asks.indices)
    func `a locked queue denies values that its file does not allow`(index: Int) {
        let (key, ask, given) = Self.asks[index]
        #expect(refusals(Self.open, ask).contains { $0.contains("'\(key)'") }, "\(refusals(Self.open, ask))")
        #expect(refusals(Self.open, locked: false, ask).isEmpty)
        var policy = given
        (policy.images, policy.git, policy.sourceFolders) = (.any, .any, .any)
        #expect(refusals(policy, ask).isEmpty, "\(refusals(policy, ask))")
    }

    @Test func `a locked queue denies sources without a key`() {
        let git = Source.Git(
            url: "https://h/team/x", commit: String(repeating: "a", count: 40), version: "main", dockerfile: "D")
        let code = Source.Code(snapshot: "s", origin: "/home/me/x", dockerfile: "D")
        for (source, line) in [
            (Source.image("busybox:1"), "allow_sources: {images: [docker.io/library/busybox]}"),
            (.git(git), "allow_sources: {git: [\"https://h/team/x\"]}"),
            (.code(code), "allow_sources: {folders: [/home/me/x]}"),
        ] {
            let said = refusals(SubmitterPolicy()) { $0.source = source }
            #expect(said.count == 1 && said[0].contains(line), "\(said)")
            #expect(refusals(SubmitterPolicy(), locked: false) { $0.source = source }.isEmpty)
            #expect(refusals(Self.open) { $0.source = source }.isEmpty)
        }
        // A key for one kind of source denies the others, even without allow_overrides.
        let images = SubmitterPolicy(images: .only(["busybox"]), git: .only([]), sourceFolders: .only([]))
        #expect(refusals(images, locked: false) { $0.source = .git(git) }.count == 1)
        #expect(refusals(images, locked: false) { _ in }.isEmpty)
    }

    @Test(arguments: [true, false])
    func `credentials are denied without their key`(locked: Bool) {
        let ask: (inout LaunchSpec) -> Void = { $0.rehearsal = RehearsalOptions(wantsCredentials: true) }
        var policy = Self.open
        policy.rehearse = true
        #expect(refusals(policy, locked: locked, ask).contains { $0.contains("'allow_credentials: true'") })
        policy.credentials = true
        #expect(refusals(policy, locked: locked, ask).isEmpty)
    }

    @Test func `a link or two dots cannot lead out of an allowed folder`() throws {
        let sandbox = try Sandbox()
        let files = FileManager.default
        for name in ["data", "secret"] {
            try files.createDirectory(atPath: "\(sandbox.path)/\(name)", withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(atPath: "\(sandbox.path)/data/link", withDestinationPath: "../secret")
        try files.createSymbolicLink(atPath: "\(sandbox.path)/data/gone", withDestinationPath: "../secret/new")
        let policy = SubmitterPolicy(
            rehearse: true, images: .any, sourceFolders: .only(["\(sandbox.path)/data"]),
            folders: .only(["\(sandbox.path)/data"]))
        for (path, isAllowed) in [
            ("data", true), ("data/x/y", true), ("data/./x", true), ("data/link", false), ("data/link/x", false),
            ("data/gone", false), ("data/../secret", false), ("secret", false), ("data-evil", false), ("", false),
        ] {
            let place = "\(sandbox.path)/\(path)"
            #expect(refusals(policy) { $0.rehearsal = .init(output: place) }.isEmpty == isAllowed, "\(path)")
            let code = Source.Code(snapshot: "s", origin: place, dockerfile: "D")
            #expect(refusals(policy) { $0.source = .code(code) }.isEmpty == isAllowed, "\(path)")
        }
        #expect(!refusals(policy) { $0.rehearsal = .init(output: "data") }.isEmpty)
        // The checked path is the path that is used.
        let queue = ResolveStage.Queue(template: .object([:]), allowOverrides: [], policy: policy)
        let asked = spec { $0.rehearsal = .init(output: "\(sandbox.path)/data/x/../y") }
        let job = try ResolveStage(queue: queue, plugin: Fake.open).job(asked, as: .random())
        #expect(job.rehearsal?.output == "\(RealPath.of(sandbox.path))/data/y")
    }

    @Test func `only a run without a queue may use the credentials of its submitter`() throws {
        let policy = SubmitterPolicy(rehearse: true, credentials: true, images: .any)
        let stage = ResolveStage(queue: .init(template: .object([:]), policy: policy), plugin: Fake.open)
        // A spec cannot claim them.
        let asked = RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true)
        let queued = try stage.job(spec { $0.rehearsal = asked }, as: .random())
        #expect(queued.rehearsal?.wantsCredentials == true && queued.rehearsal?.usesOwnCredentials == nil)
        let own = spec {
            $0.queue = nil
            $0.rehearsal = RehearsalOptions(wantsCredentials: true)
        }
        #expect(try stage.job(own, as: .random()).rehearsal?.usesOwnCredentials == true)
    }

    @Test func `values that the command line rejects are rejected in any spec`() throws {
        let stage = ResolveStage(queue: .init(template: .object([:])), plugin: Fake.open)
        for (options, words) in [
            (RehearsalOptions(output: "relative"), "is not absolute"),
            (.init(channels: ["a": "/x\n"]), "a control character"),
            (.init(graceSeconds: -1), "a time up to a day"), (.init(graceSeconds: .max), "a time up to a day"),
            (.init(drill: .init(afterSeconds: .max)), "a time up to a day"),
            (.init(sharedMemoryBytes: -5), "one byte or more"),
        ] {
            let error = try #require(throws: LaunchError.self) { try stage.refuse(spec { $0.rehearsal = options }) }
            #expect(error.kind == .invalid && error.diagnostics.contains { $0.message.contains(words) }, "\(error)")
        }
    }
}
