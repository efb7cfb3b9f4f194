import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// A user who followed the guide exactly: its files, with only the placeholders filled in, and an account of the stub.
/// It has no container engine, unless a test provides one.
struct Account: ProgramHome {
    static let id = "123456789012"
    static let region = "us-east-1"
    static let host = "\(id).dkr.ecr.\(region).amazonaws.com"
    static let image = "\(host)/train:v1"
    static let repositoryARN = "arn:aws:ecr:\(region):\(id):repository/train"

    let folder: TemporaryDirectory
    let stub: AWSStub
    let variables: [String: String]

    /// `uri` is the ECR repository's ARN in the guide's words. `setting` contains additional variables. AWS's clock
    /// is ahead of this machine's by `clockOffset` seconds.
    init(uri: String = repositoryARN, setting: [String: String] = [:], clockOffset: TimeInterval = 0) throws {
        folder = try TemporaryDirectory()
        stub = try AWSStub(clockOffset: clockOffset)
        stub.sagemaker.lives(.brief)
        stub.ecr.add(image: Self.manifest, tags: ["v1"], to: "train")
        let keys = stub.keys.session()
        variables = [
            "HOME": folder.path, "XDG_CONFIG_HOME": folder.file(".config"), "LAUNCH_HOME": folder.file("home"),
            "TMPDIR": folder.path, "USER": "tester", "DOCKER_HOST": "unix:///none.sock",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
        ].merging(setting) { $1 }
        try folder.write(".config/wandb/launch-config.yaml", Guide.launchConfig(queue: "train", uri: uri))
    }

    /// The manifest of an image that cannot be pulled.
    static let manifest = """
        {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":\
        {"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":\
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}
        """

    /// Replaces the builder of the guide's configuration.
    /// - Parameters:
    ///   - keys: the lines below `builder:`, without the first indentation.
    ///   - old: what they replace.
    func builder(_ keys: String, instead old: String = "type: docker") throws {
        let file = ".config/wandb/launch-config.yaml"
        let config = try String(contentsOfFile: folder.file(file), encoding: .utf8)
        try folder.write(file, config.replacing(old, with: keys))
    }

    /// Makes a queue from a text.
    func queue(_ text: String, named name: String = "train", file: String = "queue.yaml") async throws {
        try folder.write(file, text)
        try await succeeding("queue", "create", name, "--resource", "sagemaker", "--config", file)
    }

    /// Submits the image to a queue and returns the run's ID.
    func submit(_ options: [String] = [], queue: String = "train") async throws -> String {
        try await succeeding(["submit", "-q", queue, "--image", Self.image] + options).word
    }

    /// The training job of a run. Its name consists of the project and the run's ID.
    func job(of id: String) throws -> StubTrainingJob {
        try #require(
            stub.sagemaker.jobs.first { $0.name.hasSuffix("-\(id)") },
            "there is no training job of \(id) among \(stub.sagemaker.jobs.map(\.name))")
    }

    /// The request of a run, without the values that are unique to the run.
    func document(of id: String) throws -> JSONValue { try Guide.common(try job(of: id).request, run: id) }

    /// Expects that boto3 would have sent the same requests to SageMaker.
    func expectAsBoto3() async throws {
        let calls = stub.calls.filter { $0.service == "sagemaker" }
        try #require(!calls.isEmpty)
        guard let verdict = try await Boto3Requests.judge(calls) else { return }
        #expect(verdict.differences.isEmpty, "\(verdict.version): \(verdict.differences.joined(separator: "\n"))")
    }
}

extension TrainingLife {
    /// A job that ends before its second observation.
    static let brief = TrainingLife.usual(seconds: 0.3)
    /// A job that trains until it is stopped.
    static let long: TrainingLife = {
        var life = TrainingLife([Step("Starting", seconds: 0.2), Step("Training", seconds: 0)], end: .never)
        life.stopping = 0.3
        return life
    }()
}
