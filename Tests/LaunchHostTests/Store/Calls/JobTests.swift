import Testing

import LaunchHost

@Suite struct JobTests {
    let sandbox: Sandbox
    let store: Store

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.store()
    }

    private func job(_ text: String) async throws -> JobRecord { try await store.job(JobReference(parsing: text)) }

    @Test func `versions count up and aliases move`() async throws {
        let sources: [Source] = [
            .image("a"), .code(Source.Code(snapshot: "s", origin: "o", dockerfile: "Dockerfile")),
            .git(Source.Git(url: "u", commit: "c", version: "main", dockerfile: "D")),
        ]
        #expect(try await store.createJob("train", source: sources[0], aliases: ["best"]).version == 1)
        #expect(try await store.createJob("train", source: sources[1]).version == 2)
        #expect(try await job("train:best").version == 1)
        #expect(
            try await store.createJob("train", source: sources[2], aliases: ["best"]).aliases == ["best", "latest"])
        #expect(try await job("train").version == 3)
        #expect(try await job("train:latest").source == sources[2])
        #expect(try await job("train:best").version == 3)
        #expect(try await job("train:v2").source == sources[1])
        #expect(try await job("train:v1").aliases.isEmpty)
        #expect(try await store.jobs().map(\.version) == [3, 2, 1])
    }

    @Test func `a version has the project that it is given or that of the one before`() async throws {
        #expect(try await store.createJob("train", source: .image("a")).project == "default")
        #expect(try await store.createJob("train", source: .image("b"), project: "vision").project == "vision")
        #expect(try await store.createJob("train", source: .image("c")).project == "vision")
        try await store.createJob("other", source: .image("c"), project: "speech lab")
        await #expect(try job("train:v1").project == "default")
        #expect(try await store.jobs(project: "vision").map(\.version) == [3, 2])
        #expect(try await store.jobs(named: "train", project: "default").map(\.version) == [1])
        #expect(try await store.jobs(named: "train", project: "none").isEmpty)
        #expect(try await store.projects() == ["default", "speech lab", "vision"])
        for wrong in ["a/b", "", "..", "x\n"] {
            #expect(
                await storeError { _ = try await store.createJob("x", source: .image("a"), project: wrong) }?.code
                    == .invalid)
        }
        #expect(try await store.jobs().map(\.name) == ["other", "train", "train", "train"])
    }

    @Test func `deleting the newest version moves latest, and its number is not used again`() async throws {
        for _ in 0..<2 { try await store.createJob("train", source: .image("a")) }
        #expect(try await store.deleteJob(JobReference(parsing: "train:latest")) == 1)
        await #expect(try job("train:latest").version == 1)
        #expect(try await store.createJob("train", source: .image("b")).version == 3)
        try await store.createJob("other", source: .image("b"))
        #expect(try await store.deleteJob(JobReference(parsing: "train")) == 2)
        #expect(try await store.jobs().map(\.name) == ["other"])
        #expect(try await store.deleteJob(JobReference(parsing: "other:v1")) == 1)
        #expect(try await store.jobs().isEmpty)
    }

    @Test func `an unknown job or version is an error that lists the existing ones`() async throws {
        try await store.createJob("train", source: .image("a"), aliases: ["best"])
        let noJob = await storeError { _ = try await job("trian") }
        #expect(noJob?.code == .unknown && noJob?.candidates == ["train"])
        let noVersion = await storeError { _ = try await job("train:v9") }
        #expect(noVersion?.code == .unknown && noVersion?.candidates == ["best", "latest", "v1"])
        #expect(await storeError { _ = try await store.jobs(named: "x") }?.candidates == ["train"])
    }

    @Test(arguments: ["", ":latest", "a:", "a:b:c", "a b", "a:-x"])
    func `text that is not a reference is rejected`(text: String) async {
        #expect(await storeError { _ = try JobReference(parsing: text) }?.code == .invalid)
    }

    @Test(arguments: ["latest", "v3", "", "-x", "a b"])
    func `an invalid alias is rejected`(alias: String) async {
        #expect(
            await storeError { try await store.createJob("j", source: .image("a"), aliases: [alias]) }?.code == .invalid
        )
    }
}
