import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// From source to a training job with buildah. The registry has TLS, a login, and a host name of ECR.
@Suite("Images of buildah on SageMaker", .timeLimit(.minutes(30)))
struct BuildahJobTests {
    @Test(
        .enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"),
        .enabled(if: Tool.path("buildah") != nil, "buildah is not installed"))
    func `a Dockerfile becomes a training job without an engine, and the plan says so before and after`() async throws {
        let address = "127.0.56.\(UInt8.random(in: 2...254))"
        let server = try await RegistryServer(.init(likeECR: true, tlsName: Account.host, listensOn: (address, 443)))
        let authority = try #require(server.caFile)
        // Only its namespace is used, in which the host name leads to the registry. Only AWS_CA_BUNDLE names the authority.
        let engine = try await PrivateEngine(host: Account.host, at: address, caFile: nil)
        let account = try Account(setting: ["AWS_CA_BUNDLE": authority])
        account.stub.ecr.login(password: RegistryServer.tokenPassword)
        account.stub.ecr.look { server.manifest($0, $1) }
        try account.builder("type: buildah\n  storage_driver: vfs")
        try await account.queue(Guide.queueYAML)
        try account.folder.write("source/Dockerfile", Self.base)
        try FileManager.default.copyItem(atPath: TestDocker.busybox, toPath: account.folder.file("source/busybox"))
        let source = account.folder.file("source")
        let program = try Inside(engine: engine, account: account)

        let before = try program.run("plan", "-q", "train", "--source", source)
        #expect(before.contains("image     source; would be built as \(Account.host)/train:launch-"), "\(before)")
        let first = try program.lastLine("submit", "-q", "train", "--source", source)
        try program.run("agent", "--drain")
        let after = try program.run("plan", "-q", "train", "--source", source)
        #expect(after.contains("image     source; already built as \(Account.host)/train:launch-"), "\(after)")
        let facts = try await account.facts(of: first)
        let image = try #require(facts.image?.reference)
        #expect(facts.state == "succeeded" && image.hasPrefix("\(Account.host)/train@sha256:"), "\(facts)")
        #expect(try account.document(of: first) == JSONValue(parsing: Guide.request))
        #expect(
            try account.job(of: first).request["AlgorithmSpecification"]?["TrainingImage"] == .string(image))

        // On the image that was just built: the login of ECR is used for the base image too.
        try account.folder.write("source/Dockerfile", "FROM \(image)\nRUN [\"/bin/busybox\", \"touch\", \"/two\"]\n")
        let second = try program.lastLine("submit", "-q", "train", "--source", source)
        try program.run("agent", "--drain")
        let next = try await account.facts(of: second)
        #expect(next.state == "succeeded" && next.image?.reference != image, "\(next)")
        let log = try program.run("logs", "--build", second)
        #expect(log.contains("with buildah ") && !log.contains(RegistryServer.tokenPassword), "\(log)")
        try await account.expectAsBoto3()
    }

    private static let base = """
        FROM scratch
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "touch", "/one"]
        CMD ["/bin/busybox", "true"]

        """
}
