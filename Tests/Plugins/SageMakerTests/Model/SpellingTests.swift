import LaunchHost
import Testing

@testable import LaunchSageMaker

struct SpellingTests {
    let model = ServiceModel.bundled

    @Test(arguments: [
        ("resource_config.instance_type", "ResourceConfig.InstanceType"),
        (
            "input_data_config[0].data_source.s3_data_source.s3_uri",
            "InputDataConfig[0].DataSource.S3DataSource.S3Uri"
        ),
        ("vpc_config.security_group_ids", "VpcConfig.SecurityGroupIds"),
        ("vpc_config.security_group_ids[1]", "VpcConfig.SecurityGroupIds[1]"),
        ("resourceConfig.volumeSizeInGB", "ResourceConfig.VolumeSizeInGB"),
        ("resource_config.volume_size_in_gb", "ResourceConfig.VolumeSizeInGB"),
        ("output_data_config.s3_output_path", "OutputDataConfig.S3OutputPath"),
        ("role_arn", "RoleArn"), ("RoleArn", "RoleArn"), ("ROLE_ARN", "RoleArn"),
        ("hyper_parameters.learning_rate", "HyperParameters.learning_rate"),
        ("environment.my_variable", "Environment.my_variable"),
        ("tags[0].key", "Tags[0].Key"),
        (
            "debug_hook_config.collection_configurations[2].collection_parameters.save_interval",
            "DebugHookConfig.CollectionConfigurations[2].CollectionParameters.save_interval"
        ),
        ("nobody_knows.instance_type", "nobody_knows.instance_type"),
        ("resource_config.nobody_knows.instance_type", "ResourceConfig.nobody_knows.instance_type"),
        ("resource_config[0].instance_type", "ResourceConfig[0].instance_type"),
        ("role_arn.role_arn", "RoleArn.role_arn"),
    ])
    func `paths get the service's spelling, and the user's own keys are unchanged`(written: String, expected: String)
        throws
    {
        let path = try #require(FieldPath(parsing: written))
        #expect(model.canonical(path).description == expected)
    }

    @Test(arguments: [
        ("Environment.WORLD_SIZE", true), ("Tags[3].Value", true), ("HyperParameters.lr", true), ("RoleArn", true),
        ("ResourceConfig.InstanceType", true), ("ResourceConfig.InstanceCount", false), ("Environment", false),
        ("EnableManagedSpotTraining", false), ("Tags[0]", false), ("Tags.Value", false), ("instance_types[0]", false),
        ("Nobody.Knows", false), ("RoleArn.x", false),
    ])
    func `the model tells whether a value must be text`(path: String, isText: Bool) throws {
        #expect(model.takesText(at: try #require(FieldPath(parsing: path))) == isText)
    }

    @Test func `documents get the service's spelling too`() throws {
        let written = try JSONValue(
            parsing: """
                {"role_arn": "r", "resource_config": {"instance_type": "t", "instance_groups": [{"instance_count": 1}]},
                 "hyper_parameters": {"learning_rate": "1"}, "Environment": {"role_arn": "x"}, "unknown_key": {"role_arn": 1}}
                """)
        let expected = try JSONValue(
            parsing: """
                {"RoleArn": "r", "ResourceConfig": {"InstanceType": "t", "InstanceGroups": [{"InstanceCount": 1}]},
                 "HyperParameters": {"learning_rate": "1"}, "Environment": {"role_arn": "x"}, "unknown_key": {"role_arn": 1}}
                """)
        #expect(model.canonical(written) == expected)
        #expect(model.canonical(expected) == expected)
    }

    @Test func `a member in two spellings keeps both, and validation reports it`() throws {
        let document = try Corpus.document(
            of: Corpus.Change(base: "plain", set: ["role_arn": .string("arn:aws:iam::123456789012:role/y")]))
        #expect(model.canonical(document) == document)
        let findings = RequestValidator().findings(in: document)
        #expect(findings.map(\.path.description) == ["role_arn"])
        #expect(findings.first?.message.contains("which is also given") ?? false)
    }
}
