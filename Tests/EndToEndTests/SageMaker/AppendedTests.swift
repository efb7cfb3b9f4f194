import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// From a folder without a Dockerfile to a training job, without a container engine. The registry has TLS, a login, and a
/// host name of ECR.
@Suite("Appended images on SageMaker", .timeLimit(.minutes(30)))
struct AppendedTests {
    @Test(.enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"))
    func `a folder becomes a training job without an engine, and an edit moves only its layer`() async throws {
        let address = "127.0.55.\(UInt8.random(in: 2...254))"
        let server = try await RegistryServer(.init(likeECR: true, tlsName: Account.host, listensOn: (address, 443)))
        let authority = try #require(server.caFile)
        // Only its namespace is used, in which the host name leads to the registry.
        let engine = try await PrivateEngine(host: Account.host, at: address, caFile: authority)
        let account = try Account(setting: ["AWS_CA_BUNDLE": authority])
        account.stub.ecr.login(password: RegistryServer.tokenPassword)
        account.stub.ecr.look { server.manifest($0, $1) }
        _ = try await server.pushImage("train", tag: "base")
        try account.builder("type: append\n  base_image: \(Account.host)/train:base\n  entrypoint: [train]")
        try await account.queue(Guide.queueYAML)
        try account.folder.write("source/train.py", "print(1)\n")
        let source = account.folder.file("source")
        let program = try Inside(engine: engine, account: account)

        let first = try program.lastLine("submit", "-q", "train", "--source", source)
        let again = try program.lastLine("submit", "-q", "train", "--source", source)
        try program.run("agent", "--drain")
        try account.folder.write("source/train.py", "print(2)\n")
        let edited = try program.lastLine("submit", "-q", "train", "--source", source)
        try program.run("agent", "--drain")

        var images: [String] = []
        for id in [first, again, edited] {
            let facts = try await account.facts(of: id)
            #expect(facts.state == "succeeded", "\(facts)")
            let image = try #require(facts.image?.reference)
            #expect(image.hasPrefix("\(Account.host)/train@sha256:"))
            #expect(
                try account.job(of: id).request["AlgorithmSpecification"]?["TrainingImage"] == .string(image))
            images.append(image)
        }
        #expect(images[0] == images[1] && images[0] != images[2])
        try await account.expectAsBoto3()
    }

    @Test(
        .enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"),
        .enabled(if: Wheelhouse.hasPip, "python3 has no pip"))
    func `the packages of a folder are installed for its first job, and the plan says what is there`() async throws {
        let address = "127.0.57.\(UInt8.random(in: 2...254))"
        let server = try await RegistryServer(.init(likeECR: true, tlsName: Account.host, listensOn: (address, 443)))
        let authority = try #require(server.caFile)
        let engine = try await PrivateEngine(host: Account.host, at: address, caFile: authority)
        let house = try Wheelhouse()
        try house.wheel("small", "1.0")
        let account = try Account(setting: house.variables.merging(["AWS_CA_BUNDLE": authority]) { $1 })
        account.stub.ecr.login(password: RegistryServer.tokenPassword)
        account.stub.ecr.look { server.manifest($0, $1) }
        _ = try await server.pushImage("train", tag: "base")
        let base = "type: append\n  base_image: \(Account.host)/train:base\n  entrypoint: [python3, train.py]"
        try account.builder(base)
        try await account.queue(Guide.queueYAML)
        try account.folder.write("source/train.py", "print(1)\n")
        try account.folder.write("source/requirements.txt", "small\n")
        let words = ["-q", "train", "--source", account.folder.file("source")]
        let program = try Inside(engine: engine, account: account)

        let unknown = #expect(throws: Tool.Failure.self) { try program.run(["plan"] + words) }
        #expect(unknown?.description.contains("has no variable PYTHON_VERSION") == true, "\(unknown as Any)")
        try account.builder("\(base)\n  python: \"3.12\"", instead: base)
        let packages = "the packages of requirements.txt for Python 3.12"
        let before = try program.run(["plan"] + words)
        #expect(before.contains("with append; \(packages) get a new layer, made with pip"), "\(before)")
        let first = try program.lastLine(["submit"] + words)
        try program.run("agent", "--drain")
        let log = try program.run("logs", "--build", first)
        #expect(log.contains("Successfully installed small-1.0"), "\(log)")
        try account.folder.write("source/train.py", "print(2)\n")
        let after = try program.run(["plan"] + words)
        #expect(after.contains("\(packages) are in the registry, as a layer of "), "\(after)")
        let second = try program.lastLine(["submit"] + words)
        try program.run("agent", "--drain")
        let again = try program.run("logs", "--build", second)
        #expect(again.contains("the layer of requirements.txt is in the registry already"), "\(again)")
        for id in [first, second] {
            #expect(try await account.facts(of: id).state == "succeeded")
            #expect(try account.document(of: id) == JSONValue(parsing: Guide.request))
        }
    }
}
