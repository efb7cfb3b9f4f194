import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport

extension BenchServer {
    /// AWS and a registry for the way from an edit to a training job. Prints the address of AWS, a key pair, and the host
    /// of the registry. For each line of input it prints the number of training jobs, and the time of the last one in
    /// seconds since 1970.
    static func serveEdits() async throws {
        let stub = try AWSStub(keepsCalls: false)
        stub.s3.add(bucket: "bench")
        stub.sagemaker.lives(.usual(seconds: 0.1))
        let registry = try await RegistryServer()
        let keys = stub.keys.permanent()
        say("\(stub.url) \(keys.accessKeyID) \(keys.secretAccessKey.reveal()) \(registry.host)")
        while readLine() != nil {
            let times = stub.times("sagemaker", "CreateTrainingJob")
            say("\(times.count) \(times.last ?? 0)")
        }
        extendLifetime(registry)
    }
}
