import AWSStub
import Foundation
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

/// From source to a training job, with a TLS registry with login under a host name of ECR.
@Suite("Source on SageMaker", .timeLimit(.minutes(30)))
struct BuiltTests {
    @Test(.enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"))
    func `a built image is pushed to ECR, and its training job equals that of the prebuilt image`()
        async throws
    {
        let address = "127.0.54.\(UInt8.random(in: 2...254))"
        let server = try await RegistryServer(.init(likeECR: true, tlsName: Account.host, listensOn: (address, 443)))
        let authority = try #require(server.caFile)
        let engine = try await PrivateEngine(host: Account.host, at: address, caFile: authority)
        let account = try Account(setting: ["AWS_CA_BUNDLE": authority])
        account.stub.ecr.login(password: RegistryServer.tokenPassword)
        account.stub.ecr.look { server.manifest($0, $1) }
        try await account.queue(Guide.queueYAML)
        let source = try Self.source(in: account)

        let program = try Inside(engine: engine, account: account)
        let built = try program.lastLine("submit", "-q", "train", "--source", source)
        try program.run("agent", "--drain")
        let facts = try await account.facts(of: built)
        let image = try #require(facts.image?.reference)
        #expect(facts.state == "succeeded" && image.hasPrefix("\(Account.host)/train@sha256:"), "\(facts)")
        let prebuilt = try program.lastLine("submit", "-q", "train", "--image", image)
        try program.run("agent", "--drain")

        #expect(try account.document(of: built) == JSONValue(parsing: Guide.request))
        #expect(try account.document(of: prebuilt) == account.document(of: built))
        #expect(
            try account.job(of: prebuilt).request["AlgorithmSpecification"]
                == account.job(of: built).request["AlgorithmSpecification"])
        try await account.expectAsBoto3()
        try await onMoto(program, source, image)
        try await rehearsed(program, image)
    }

    /// On an engine without the image, as on an engineer's machine.
    private func rehearsed(_ program: Inside, _ image: String) async throws {
        let list = ["images", "--all", "--quiet"]
        for id in Set(try program.engine.run("docker", list).split(separator: "\n").map(String.init)) {
            // Removing one image can remove others.
            _ = try? program.engine.run("docker", ["rmi", "--force", id])
        }
        #expect(try program.engine.run("docker", list).isEmpty)
        let all = try program.run(
            "run", "--rehearse", "-q", "train", "--image", image, "-E", "/bin/busybox echo trained", "--output",
            program.account.folder.file("results"), "--set", "EnableNetworkIsolation=true")
        #expect(all.contains("pulling \(image)") && all.contains("trained"), "\(all)")
        #expect(!all.contains(RegistryServer.tokenPassword))
    }

    @Test
    func `a source is accepted and planned without an engine, because its image will be in ECR`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let source = try Self.source(in: account)
        let plan = try await account.launch("plan", "-q", "train", "--source", source, "--offline")
        #expect(plan.code == 0 && plan.output.contains("\"TrainingImage\" : \"\(Account.host)/train:"), "\(plan)")
        let id = try await account.succeeding("submit", "-q", "train", "--source", source).word
        #expect(try await account.facts(of: id).state == "queued")
    }

    /// Repeats the runs with moto in place of the stub, except for the registry.
    private func onMoto(_ program: Inside, _ source: String, _ image: String) async throws {
        guard let path = MotoServer.program else {
            print("Source on SageMaker: moto_server is not installed; the project's own stub alone was used")
            return
        }
        let moto = try await MotoServer(path, HTTPClient(configuration: .init(proxy: .direct)))
        var program = program
        program.setting = ["AWS_ENDPOINT_URL_SAGEMAKER": moto.url, "AWS_ENDPOINT_URL_STS": moto.url]
        let built = try program.lastLine("submit", "-q", "train", "--source", source)
        let prebuilt = try program.lastLine("submit", "-q", "train", "--image", image)
        try program.run("agent", "--drain")
        for id in [built, prebuilt] {
            #expect(try await program.account.facts(of: id).state == "succeeded")
            let job = try await Moto.job("default-\(id)", moto)
            try Moto.expect(job, holds: JSONValue(parsing: Guide.request), run: id)
            #expect(job["AlgorithmSpecification"]?["TrainingImage"] == .string(image))
        }
        #expect(program.account.stub.sagemaker.jobs.count == 2)
    }

    private static func source(in account: Account) throws -> String {
        try account.folder.write(
            "source/Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\nCMD [\"/bin/busybox\", \"true\"]\n")
        try FileManager.default.copyItem(atPath: TestDocker.busybox, toPath: account.folder.file("source/busybox"))
        return account.folder.file("source")
    }
}

/// The program in the private engine's namespace, where its host names resolve.
struct Inside {
    let engine: PrivateEngine
    let account: Account
    var setting: [String: String] = [:]
    private let path: String

    init(engine: PrivateEngine, account: Account) throws {
        (self.engine, self.account) = (engine, account)
        path = try LaunchProgram.path
    }

    @discardableResult
    func run(_ words: String...) throws -> String { try run(words) }

    /// The last line, after all progress, is the run's ID.
    func lastLine(_ words: String...) throws -> String { try lastLine(words) }

    func lastLine(_ words: [String]) throws -> String {
        String(try run(words).split(separator: "\n").last ?? "").trimmingCharacters(in: .whitespaces)
    }

    @discardableResult
    func run(_ words: [String]) throws -> String {
        try engine.run(path, words, environment: account.variables.merging(setting) { $1 })
    }
}
