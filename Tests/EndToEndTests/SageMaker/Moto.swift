import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

/// Access to moto's server through boto3.
enum Moto {
    /// Makes the repository `train` with an image `v1`.
    static func putImage(_ manifest: String, _ moto: MotoServer) async throws {
        _ = try await python(
            """
            ecr = client("ecr")
            ecr.create_repository(repositoryName="train")
            ecr.put_image(repositoryName="train", imageTag="v1", imageManifest=words[0])
            print("null")
            """, [manifest], moto)
    }

    /// moto's description of a training job, with its tags.
    static func job(_ name: String, _ moto: MotoServer) async throws -> JSONValue {
        try await python(
            """
            sagemaker = client("sagemaker")
            job = sagemaker.describe_training_job(TrainingJobName=words[0])
            job["Tags"] = sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
            print(json.dumps(job, default=str))
            """, [name], moto)
    }

    /// Expects all members of a request in the job's description, except for those that moto drops.
    static func expect(_ job: JSONValue, holds request: JSONValue, run id: String) throws {
        let job = try Guide.common(job, run: id)
        for (name, value) in request.objectValue ?? [:] where name != "Environment" {
            var told = job[name]
            // moto invents the algorithm's metrics.
            if name == "AlgorithmSpecification", case .object(var members)? = told {
                members["MetricDefinitions"] = nil
                told = .object(members)
            }
            #expect(told == value, "\(name)")
        }
    }

    private static func python(_ script: String, _ words: [String], _ moto: MotoServer) async throws -> JSONValue {
        let head = """
            import json, sys, boto3
            url, *words = sys.argv[1:]
            def client(name):
                return boto3.client(name, region_name="us-east-1", endpoint_url=url, aws_access_key_id="a",
                                    aws_secret_access_key="b")

            """
        let result = try await Subprocess.run(
            "python3", ["-c", head + script, moto.url] + words, stdout: .collect(maxBytes: 1 << 20),
            timeout: .seconds(600))
        try #require(result.exit.isSuccess, "\(result.stderrText)")
        return try JSONValue(parsing: String(decoding: result.stdout, as: UTF8.self))
    }
}
