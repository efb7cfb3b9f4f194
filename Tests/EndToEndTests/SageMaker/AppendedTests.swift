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
        let file = ".config/wandb/launch-config.yaml"
        let config = try String(contentsOfFile: account.folder.file(file), encoding: .utf8)
        try account.folder.write(
            file,
            config.replacing(
                "type: docker",
                with: "type: append\n  base_image: \(Account.host)/train:base\n  entrypoint: [train]"))
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
}
