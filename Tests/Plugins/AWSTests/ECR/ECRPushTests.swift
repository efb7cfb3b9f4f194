import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// From source to a run, through the program, over a registry with TLS and a login under an ECR host name.
struct ECRPushTests {
    private static let password = RegistryServer.tokenPassword
    private static let address = "127.0.53.\(UInt8.random(in: 2...254))"

    @Test(
        .enabled(if: PrivateEngine.obstacle == nil, Comment(rawValue: PrivateEngine.obstacle ?? "")),
        .timeLimit(.minutes(30)))
    func `a source is built once, pushed to ECR with its login, and run by digest`()
        async throws
    {
        let host = ECRBench.host
        let server = try await RegistryServer(
            .init(likeECR: true, tlsName: host, listensOn: (Self.address, 443)))
        let engine = try await PrivateEngine(host: host, at: Self.address, caFile: server.caFile)
        let stub = try AWSStub()
        stub.ecr.login(password: Self.password)
        stub.ecr.look { server.manifest($0, $1) }

        let home = try TemporaryDirectory()
        try home.write(
            "launch-config.yaml",
            """
            environment: {type: aws, region: us-east-1, endpoint_url: "\(stub.url)"}
            registry: {type: ecr, uri: "\(host)/train", create_repository: true}
            builder: {type: docker}
            queues: [train]

            """)
        try home.write("queue.yaml", "network: none\n")
        try home.write(
            "src/Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\nCMD [\"/bin/busybox\", \"echo\", \"ran\"]\n")
        try FileManager.default.copyItem(atPath: TestDocker.busybox, toPath: home.file("src/busybox"))
        let keys = stub.keys.session()
        let variables = [
            "HOME": home.path, "LAUNCH_HOME": home.file("state"), "LAUNCH_CONFIG": home.file("launch-config.yaml"),
            "AWS_CA_BUNDLE": try #require(server.caFile), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
        ]
        let launch = try Self.program()
        func run(_ arguments: String...) throws -> String {
            try engine.run(launch, arguments, environment: variables).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        // Progress uses the same pipe; the ID is the last line.
        func submit() throws -> String {
            let said = try run("submit", "-q", "train", "--source", home.file("src"))
            return String(said.split(separator: "\n").last ?? "")
        }

        let watch = ProcessWatch(for: [Self.password])
        _ = try run("queue", "create", "train", "-r", "local-docker", "--config", home.file("queue.yaml"))
        let first = try submit()
        let log = try run("agent", "--drain", "-v", "-v")
        let seen = watch.stop()
        let second = try submit()
        let secondLog = try run("agent", "--drain", "-v", "-v")

        let status = try run("status", first, "--json")
        #expect(status.contains("\"succeeded\""), "\(status) \(log)")
        #expect(status.contains("\(host)/train@sha256:"), "\(status)")
        #expect(stub.ecr.repositories == ["123456789012/train"])
        let again = try run("status", second, "--json")
        #expect(again.contains("\"succeeded\"") && !secondLog.contains("pushing"), "\(again) \(secondLog)")
        #expect(stub.calls("ecr", "CreateRepository").count == 1)

        // The password is in no argument list, environment, log or remaining file.
        #expect(seen.found.isEmpty && seen.scans > 10 && seen.sawBuild)
        let secrets = [
            Self.password, Data(Self.password.utf8).base64EncodedString(),
            Data("AWS:\(Self.password)".utf8).base64EncodedString(),
        ]
        for secret in secrets {
            #expect(!log.contains(secret) && !secondLog.contains(secret) && !status.contains(secret))
            let files = Self.files(in: home.path, holding: secret)
            #expect(files.isEmpty, "\(files)")
        }
        #expect(!FileManager.default.fileExists(atPath: home.file(".docker/config.json")))
    }

    private static func files(in folder: String, holding secret: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return all.filter {
            FileManager.default.contents(atPath: "\(folder)/\($0)")?.range(of: Data(secret.utf8)) != nil
        }
    }

    /// The program that was built with these tests.
    private static func program() throws -> String {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let built = own.deletingLastPathComponent().appendingPathComponent("launch").path
        guard !FileManager.default.isExecutableFile(atPath: built) else { return built }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("launch").path
    }
}
