import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import LaunchSageMaker

/// The cost of reading a training job's log completely: of two hosts, from a service in a separate process.
enum LogBench {
    private static let job = "bench-log"
    /// A typical log line, of the size that CloudWatch allows.
    private static let filling = String(repeating: "loss 0.1234 ", count: 330)
    private static var lineBytes: Int { filling.utf8.count + 12 }

    /// An ended job with a log of the given number of mebibytes.
    static func serve(mebibytes: Int) throws {
        let stub = try AWSStub(keepsCalls: false)
        stub.sagemaker.add(
            job, life: TrainingLife([.init("Training", seconds: 0)]),
            request: .object([
                "TrainingJobName": .string(job), "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
                "ResourceConfig": .object(["InstanceCount": .integer(2)]),
                "OutputDataConfig": .object(["S3OutputPath": .string("s3://bucket/out")]),
                "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(86_400)]),
            ]))
        let count = (mebibytes << 20) / lineBytes / 2
        let begin = Int64(Date().timeIntervalSince1970 * 1000)
        for host in 1...2 {
            // All within the job's second: the service determines the order, which must not matter.
            stub.logs.add(stream: "\(job)/algo-\(host)-\(begin)", count: count) { number in
                StubLogEvent(
                    "\(host) \(String(number + 100_000_000)) \(filling)", time: begin + Int64(number * 1000 / count))
            }
        }
        BenchServer.serve(stub)
    }

    static func run(mebibytes: Int) async throws {
        let (said, leash) = try BenchServer.start("serve-log", [String(mebibytes)])
        defer { try? leash.fileHandleForWriting.close() }
        guard said.count == 3 else { throw S3Bench.Failure(what: "the service said nothing") }
        let variables = [
            "HOME": "/", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": said[1],
            "AWS_SECRET_ACCESS_KEY": said[2], "no_proxy": "127.0.0.1",
        ]
        let environment = try AWSEnvironment.plugin.make(
            Options(["region": .string("us-east-1"), "endpoint_url": .string(said[0])]),
            PluginContext(variables: variables))
        let runner = try SageMakerRunner.plugin.base.make(
            Options([:]), PluginContext(environment: environment, variables: variables))
        let handle = RunHandle(
            runner: SageMakerRunner.type, runID: .random(), fields: ["name": job, "region": "us-east-1"])
        let before = Memory.now
        let began = ContinuousClock.now
        var lines = 0, bytes = 0, taken = 0.0
        for try await batch in runner.logs(handle, from: nil, follow: false) {
            lines += batch.count
            bytes += batch.reduce(0) { $0 + $1.text.utf8.count }
            // After the last line, the reader waits for late ones.
            taken = seconds(ContinuousClock.now - began)
        }
        guard lines == (mebibytes << 20) / lineBytes / 2 * 2 else {
            throw S3Bench.Failure(what: "\(lines) lines were read of \((mebibytes << 20) / lineBytes / 2 * 2)")
        }
        report([
            "mib": Double(bytes >> 20), "lines": Double(lines), "seconds": taken,
            "mib_per_second": Double(bytes) / 1_048_576 / taken, "rss_before_kb": Double(before),
            "peak_rss_kb": Double(Memory.peak),
        ])
    }
}
