import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite("SageMaker queues in the spellings that users write", .timeLimit(.minutes(30)))
struct SpellingTests {
    private static let camel = """
        RoleArn: service-role/teams/train
        AlgorithmSpecification:
          TrainingInputMode: FastFile
          EnableSageMakerMetricsTimeSeries: true
          MetricDefinitions:
            - {Name: "loss", Regex: "loss=([0-9.]+)"}
        ResourceConfig:
          InstanceGroups:
            - {InstanceType: ml.m5.xlarge, InstanceCount: 2, InstanceGroupName: big_ones}
          VolumeSizeInGB: 30
        OutputDataConfig: {S3OutputPath: "s3://bucket/output", CompressionType: NONE}
        StoppingCondition: {MaxRuntimeInSeconds: 3600}
        CheckpointConfig: {S3Uri: "s3://bucket/checkpoints", LocalPath: /opt/checkpoints}
        VpcConfig: {SecurityGroupIds: [sg-1], Subnets: [subnet-1, subnet-2]}
        EnableInterContainerTrafficEncryption: true
        InputDataConfig:
          - ChannelName: my_data
            InputMode: FastFile
            DataSource:
              S3DataSource:
                S3DataType: S3Prefix
                S3Uri: s3://bucket/data
                S3DataDistributionType: ShardedByS3Key
                InstanceGroupNames: [big_ones]
        HyperParameters: {batch_size: 8, LearningRate: 0.5, some_list: [1, 2]}
        Environment: {my_variable: a_b, MyVariable: AB}
        Tags: [{Key: cost_center, Value: team_1}]

        """

    private static let snake = """
        role_arn: service-role/teams/train
        algorithm_specification:
          training_input_mode: FastFile
          enable_sage_maker_metrics_time_series: true
          metric_definitions:
            - {name: "loss", regex: "loss=([0-9.]+)"}
        resource_config:
          instance_groups:
            - {instance_type: ml.m5.xlarge, instance_count: 2, instance_group_name: big_ones}
          volume_size_in_gb: 30
        output_data_config: {s3_output_path: "s3://bucket/output", compression_type: NONE}
        stopping_condition: {max_runtime_in_seconds: 3600}
        checkpoint_config: {s3_uri: "s3://bucket/checkpoints", local_path: /opt/checkpoints}
        vpc_config: {security_group_ids: [sg-1], subnets: [subnet-1, subnet-2]}
        enable_inter_container_traffic_encryption: true
        input_data_config:
          - channel_name: my_data
            input_mode: FastFile
            data_source:
              s3_data_source:
                s3_data_type: S3Prefix
                s3_uri: s3://bucket/data
                s3_data_distribution_type: ShardedByS3Key
                instance_group_names: [big_ones]
        hyper_parameters: {batch_size: 8, LearningRate: 0.5, some_list: [1, 2]}
        environment: {my_variable: a_b, MyVariable: AB}
        tags: [{key: cost_center, value: team_1}]

        """

    @Test
    func `snake_case and a role by its name result in the same document, and the users' own keys are unchanged`()
        async throws
    {
        let account = try Account()
        try await account.queue(Self.camel, named: "camel-queue")
        try await account.queue(Self.snake, named: "snake-queue")
        let first = try await account.submit(queue: "camel-queue")
        let second = try await account.submit(queue: "snake-queue")
        try await account.succeeding("agent", "--drain", "-q", "camel-queue", "-q", "snake-queue")

        let camel = try account.document(of: first)
        let text = try JSON.canonical(account.document(of: second)).replacing("snake-queue", with: "camel-queue")
        #expect(camel == (try JSONValue(parsing: text)))
        #expect(camel["RoleArn"] == .string("arn:aws:iam::\(Account.id):role/service-role/teams/train"))
        let hyperparameters = ["batch_size": "8", "LearningRate": "0.5", "some_list": "[1,2]"]
        #expect(camel["HyperParameters"] == .object(hyperparameters.mapValues { .string($0) }))
        #expect(camel["Environment"]?["my_variable"] == .string("a_b"))
        #expect(camel["Environment"]?["MyVariable"] == .string("AB"))
        #expect(camel["Tags"]?.arrayValue?.first?["Key"] == .string("cost_center"))
        #expect(camel["InputDataConfig"]?.arrayValue?.first?["ChannelName"] == .string("my_data"))
        // boto3 rejects members in another spelling than the service's.
        try await account.expectAsBoto3()
    }

    @Test(arguments: ["args.json", "args.yaml", nil])
    func `resource arguments are accepted in W&B's form, as a file and as text`(_ file: String?)
        async throws
    {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        var given = #"{"sagemaker": {"resource_config": {"instance_type": "ml.g5.xlarge"}, "Environment": {"A": "ü"}}}"#
        if let file { given = try account.folder.write(file, given) }
        let id = try await account.submit(["-R", given, "--param", "lr=0.1", "-E", "python3 -u", "--", "train.py", "1"])
        try await account.succeeding("agent", "--drain")

        let document = try account.document(of: id)
        let resources: [String: JSONValue] = [
            "InstanceType": .string("ml.g5.xlarge"), "InstanceCount": .integer(1), "VolumeSizeInGB": .integer(2),
        ]
        #expect(document["ResourceConfig"] == .object(resources))
        #expect(document["Environment"]?["A"] == .string("ü"))
        #expect(document["HyperParameters"] == .object(["lr": .string("0.1")]))
        let algorithm = document["AlgorithmSpecification"]
        #expect(algorithm?["ContainerEntrypoint"] == .array(["python3", "-u"].map { .string($0) }))
        #expect(algorithm?["ContainerArguments"] == .array(["train.py", "1"].map { .string($0) }))
        try await account.expectAsBoto3()
    }
}
