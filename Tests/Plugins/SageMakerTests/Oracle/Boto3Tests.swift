import AWSStub
import LaunchHost
import TestSupport
import Testing

@testable import LaunchSageMaker

/// Sent requests equal those that boto3 would send for the same document.
@Suite("sent requests compared with boto3's", .timeLimit(.minutes(30)))
struct Boto3Tests {
    @Test
    func `500 documents with all members of the model: boto3's validator accepts them, and the bytes are equal`()
        async throws
    {
        let account = try FastAccount(factor: 2000)
        // They are compared without the service's own rules.
        account.stub.always("sagemaker", "CreateTrainingJob", .answer(.text(#"{"TrainingJobArn": "arn"}"#)))
        var documents = Documents(.bundled, seed: 20_261_126)
        let runner = account.runner()
        for number in 0..<500 {
            let document = documents.next(share: [2, 20, 60, 100][number % 4])
            let request = RunRequest(runner: SageMakerRunner.type, document: document)
            _ = try await runner.submit(request, as: .random())
        }
        let calls = account.stub.calls("sagemaker", "CreateTrainingJob")
        #expect(calls.count == 500)
        #expect(Set(calls.map(\.request.raw.text)).count > 490)
        guard let verdict = try await Boto3Requests.judge(calls) else { return }
        print("Compared with boto3 over botocore \(verdict.version): \(verdict.count) requests")
        #expect(verdict.differences.isEmpty, "\(verdict.differences.count): \(verdict.differences.prefix(3))")
    }

    @Test
    func `The comparison notices a misspelt member, and a changed byte`() async throws {
        let account = try FastAccount(factor: 2000)
        account.stub.always("sagemaker", "CreateTrainingJob", .answer(.text(#"{"TrainingJobArn": "arn"}"#)))
        let runner = account.runner()
        let good = #""TrainingJobName": "n", "RoleArn": "arn:aws:iam::123456789012:role/r", "OutputDataConfig": "#
        for document in ["{\(good){\"S3OutputPath\": \"s3://b\"}}", "{\(good){\"S3OutputPth\": \"s3://b\"}}"] {
            let request = RunRequest(runner: SageMakerRunner.type, document: try JSONValue(parsing: document))
            _ = try await runner.submit(request, as: .random())
        }
        let calls = account.stub.calls("sagemaker", "CreateTrainingJob")
        guard let verdict = try await Boto3Requests.judge(calls) else { return }
        #expect(verdict.differences.count == 1)
        #expect(verdict.differences.first?.contains("S3OutputPth") == true)
    }
}
