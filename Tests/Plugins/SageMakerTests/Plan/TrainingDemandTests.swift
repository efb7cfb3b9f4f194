import LaunchHost
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchConfiguration
@testable import LaunchSageMaker

/// What a training job occupies, for the limits of its queue.
@Suite struct TrainingDemandTests {
    private func demand(_ yaml: String) throws -> [String] {
        let document = try Document(text: yaml, name: "t", kind: .invalid)
        let job = ResolvedJob(
            runID: .random(), runName: "r", project: "p", entity: "e", author: "a", resource: "sagemaker",
            source: .image("a"), template: document.root.jsonValue)
        let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
        return runner.demand(of: job).map { "\($0.count) x \($0.type) at \($0.path)" }
    }

    @Test func `a job occupies its instances, and one with alternatives any of them`() throws {
        let place = "at ResourceConfig.InstanceCount"
        #expect(
            try demand("ResourceConfig: {InstanceType: ml.p4d.24xlarge, InstanceCount: 4}")
                == ["4 x ml.p4d.24xlarge \(place)"])
        #expect(try demand("ResourceConfig: {InstanceType: ml.g5.xlarge}") == ["1 x ml.g5.xlarge \(place)"])
        #expect(
            try demand(
                """
                ResourceConfig: {InstanceType: ml.g5.xlarge, InstanceCount: 2}
                instance_types: [ml.g5.xlarge, ml.p3.2xlarge]
                """) == ["2 x ml.g5.xlarge \(place)", "2 x ml.p3.2xlarge \(place)"])
        #expect(try demand("RoleArn: x").isEmpty)
        #expect(try demand("ResourceConfig: {InstanceType: 7, InstanceCount: many}").isEmpty)
    }

    @Test func `a job with instance groups occupies the instances of each`() throws {
        let found = try demand(
            """
            ResourceConfig:
              InstanceGroups:
                - {InstanceGroupName: a, InstanceType: ml.p4d.24xlarge, InstanceCount: 2}
                - {InstanceGroupName: b, InstanceType: ml.c5.xlarge, InstanceCount: 5}
            """)
        #expect(
            found == [
                "2 x ml.p4d.24xlarge at ResourceConfig.InstanceGroups[0].InstanceCount",
                "5 x ml.c5.xlarge at ResourceConfig.InstanceGroups[1].InstanceCount",
            ])
    }

    @Test func `a limit for a type that SageMaker does not have is a warning`() throws {
        func warnings(_ type: String) throws -> [String] {
            let text = """
                RoleArn: arn:aws:iam::123456789012:role/r
                OutputDataConfig: {S3OutputPath: s3://b/p}
                limits: {per_instance_type: {\(type): 1}}
                """
            let file = try QueueFile(
                try Document(text: text, name: "queue.yaml", kind: .invalid), runner: SageMakerRunner.plugin)
            #expect(file.limits?.perInstanceType == [type: 1])
            return file.warnings.map(\.message)
        }
        #expect(ServiceModel.bundled.instanceTypes.count > 100)
        #expect(try warnings("ml.p4d.24xlarge").isEmpty)
        #expect(
            try warnings("ml.p4d.24xlarg") == [
                #"sagemaker has no instance type "ml.p4d.24xlarg" that this program knows; did you mean "ml.p4d.24xlarge"?"#
            ])
    }
}
