import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport

/// The measured servers, each in a separate process, so that its memory does not count for the client.
enum BenchServer {
    /// Replies like ECR's, without cost.
    static func serveCalls() throws {
        let body =
            "{\"repositories\":[{\"repositoryArn\":\"arn:aws:ecr:us-east-1:123456789012:repository/stub\","
            + "\"registryId\":\"123456789012\",\"repositoryName\":\"stub\",\"createdAt\":1700000000.5,"
            + "\"imageTagMutability\":\"MUTABLE\"}]}"
        let answer = TestAnswer.text(
            body, headers: [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", "stub")])
        let server = try TestServer { _ in answer }
        wait(saying: server.url)
    }

    /// S3 that checks signatures and bodies, keeps only the sizes of uploads, and returns zeros.
    static func serveS3() throws {
        let stub = try AWSStub(keepsCalls: false)
        stub.s3.discardContent()
        stub.s3.add(bucket: "bench")
        serve(stub)
    }

    /// Prints its address and key pair, and serves until its standard input ends.
    static func serve(_ stub: AWSStub) {
        let keys = stub.keys.permanent()
        wait(saying: "\(stub.url) \(keys.accessKeyID) \(keys.secretAccessKey.reveal())")
    }

    /// The manifest of an image that cannot be pulled.
    private static let image = """
        {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":\
        {"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":\
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}
        """

    /// The tests' AWS for experiments, with a bucket `bench` and an image `train:v1`. The first line of its output is
    /// `AWS_ENDPOINT_URL`; the next two are the key pair.
    static func serveAWS(_ words: [String]) throws {
        let seconds: Double
        switch (words.first, words.dropFirst().first.flatMap(Double.init)) {
        case (nil, _): seconds = 5
        case ("--seconds", let given?) where words.count == 2 && given >= 0 && given.isFinite: seconds = given
        default:
            throw S3Bench.Failure(what: "serve-aws takes --seconds N, the length of training jobs, and nothing else")
        }
        let stub = try AWSStub(keepsCalls: false)
        stub.sagemaker.lives(.usual(seconds: seconds))
        stub.s3.add(bucket: "bench")
        stub.ecr.add(image: image, tags: ["v1"], to: "train")
        let keys = stub.keys.permanent()
        wait(saying: "\(stub.url)\n\(keys.accessKeyID)\n\(keys.secretAccessKey.reveal())")
    }

    static func say(_ words: String) { FileHandle.standardOutput.write(Data("\(words)\n".utf8)) }

    private static func wait(saying words: String) {
        say(words)
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }

    /// Starts a server as a child, which ends with this process. Returns its output.
    static func start(_ command: String, _ arguments: [String] = []) throws -> (said: [String], leash: Pipe) {
        let child = try begin(command, arguments)
        let line = String(decoding: child.output.fileHandleForReading.availableData, as: UTF8.self)
        return (line.split(whereSeparator: \.isWhitespace).map(String.init), child.leash)
    }

    /// Starts a server as a child, for further commands.
    static func begin(_ command: String, _ arguments: [String]) throws -> (process: Process, leash: Pipe, output: Pipe)
    {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = [command] + arguments
        let (leash, output) = (Pipe(), Pipe())
        process.standardInput = leash
        process.standardOutput = output
        try process.run()
        return (process, leash, output)
    }
}
