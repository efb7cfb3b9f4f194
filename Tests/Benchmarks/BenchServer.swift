import AWS
import AWSStub
import Foundation
import LaunchHost
import TestSupport

/// The servers that are measured against, each in a process of its own, so that its memory is not the client's.
enum BenchServer {
    /// What an answer of ECR looks like, at no cost.
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

    /// S3 that checks signatures and bodies, keeps the sizes of what is uploaded, and gives back zeros.
    static func serveS3() throws {
        let stub = try AWSStub(keepsCalls: false)
        stub.s3.discardContent()
        stub.s3.add(bucket: "bench")
        serve(stub)
    }

    /// Says where it is and how to sign, and serves until its standard input ends.
    static func serve(_ stub: AWSStub) {
        let keys = stub.keys.permanent()
        wait(saying: "\(stub.url) \(keys.accessKeyID) \(keys.secretAccessKey.reveal())")
    }

    /// The AWS of the tests, to try things out on: `AWS_ENDPOINT_URL` is the first line that it says, the key pair the next two.
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
        let keys = stub.keys.permanent()
        wait(saying: "\(stub.url)\n\(keys.accessKeyID)\n\(keys.secretAccessKey.reveal())")
    }

    private static func wait(saying words: String) {
        FileHandle.standardOutput.write(Data("\(words)\n".utf8))
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }

    /// Starts one as a child, which ends with us; what it said.
    static func start(_ command: String, _ arguments: [String] = []) throws -> (said: [String], leash: Pipe) {
        let child = try begin(command, arguments)
        let line = String(decoding: child.output.fileHandleForReading.availableData, as: UTF8.self)
        return (line.split(whereSeparator: \.isWhitespace).map(String.init), child.leash)
    }

    /// Starts one as a child, to talk to.
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
