import LaunchHost

/// The files of W&B's guide "Set up for SageMaker", byte for byte except for the placeholders, and the resulting
/// requests.
enum Guide {
    static func launchConfig(queue: String, uri: String) -> String {
        // The space after `builder:` is in the guide.
        """
        max_jobs: -1
        queues:
          - \(queue)
        environment:
          type: aws
          region: \(Account.region)
        registry:
          type: ecr
          uri: \(uri)
        builder:\u{20}
          type: docker


        """
    }

    static let queueJSON = """
        {
          "RoleArn": "arn:aws:iam::123456789012:role/train",\u{20}
          "ResourceConfig": {
              "InstanceType": "ml.m4.xlarge",
              "InstanceCount": 1,
              "VolumeSizeInGB": 2
          },
          "OutputDataConfig": {
              "S3OutputPath": "s3://bucket/output"
          },
          "StoppingCondition": {
              "MaxRuntimeInSeconds": 3600
          }
        }
        """

    static let queueYAML = """
        RoleArn: arn:aws:iam::123456789012:role/train
        ResourceConfig:
          InstanceType: ml.m4.xlarge
          InstanceCount: 1
          VolumeSizeInGB: 2
        OutputDataConfig:
          S3OutputPath: s3://bucket/output
        StoppingCondition:
          MaxRuntimeInSeconds: 3600

        """

    /// The complete request of a plain run of the guide's queue. `common` explains the words in capitals.
    static let request = """
        {
          "AlgorithmSpecification": {"TrainingImage": "IMAGE", "TrainingInputMode": "File"},
          "Environment": {
            "LAUNCH_PROJECT": "default", "LAUNCH_QUEUE": "train", "LAUNCH_RUN_ID": "RUN", "LAUNCH_RUN_NAME": "RUN"
          },
          "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
          "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 2},
          "RoleArn": "arn:aws:iam::123456789012:role/train",
          "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
          "Tags": [
            {"Key": "launch:run", "Value": "RUN"}, {"Key": "launch:name", "Value": "RUN"},
            {"Key": "launch:project", "Value": "default"}, {"Key": "launch:submitter", "Value": "\(SystemUser.name)"},
            {"Key": "launch:attempt", "Value": "1"}, {"Key": "launch:queue", "Value": "train"},
            {"Key": "launch:request", "Value": "FINGERPRINT"}
          ],
          "TrainingJobName": "default-RUN"
        }
        """

    /// A document with words in place of the values that differ between runs: run ID, image, fingerprint.
    static func common(_ document: JSONValue, run id: String) throws -> JSONValue {
        var text = try JSON.canonical(document).replacing(id, with: "RUN")
        text.replace(/("launch:request","Value":)"[0-9a-f]{32}"/) { "\($0.1)\"FINGERPRINT\"" }
        text.replace(/("TrainingImage":)"[^"]*"/) { "\($0.1)\"IMAGE\"" }
        return try JSONValue(parsing: text)
    }
}
