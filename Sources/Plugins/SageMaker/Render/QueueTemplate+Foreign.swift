internal import LaunchConfiguration
internal import LaunchPluginKit

extension QueueTemplate {
    /// Keys of W&B Launch queues that W&B does not send to SageMaker either.
    static let wandbKeys = [
        "EcrRepoName", "ecr_repo_name", "region", "Region", "profile", "Profile",
    ]

    /// Keys of other programs' files that are removed from a template.
    static let foreignKeys = [
        ForeignKeys(
            wandbKeys.map { FieldPath([.member($0)]) },
            hint:
                "region and profile belong to launch-config.yaml: 'environment: {type: aws, region: …, profile: …}', and "
                + "the repository: 'registry: {type: ecr, uri: …}'"
        ) {
            "\(Wording.all($0)) \($0.count == 1 ? "is" : "are") left out, as W&B Launch does: SageMaker takes no such key"
        },
        ForeignKeys(
            describedKeys.compactMap { FieldPath(parsing: $0) }, signs: ["TrainingJobArn", "TrainingJobStatus"],
            hint: "the rest is the body of a new job; every run gets a name of its own"
        ) {
            "this is the output of describe-training-job; \(Wording.count($0.count, "member")) of it \($0.count == 1 ? "describes" : "describe") that job and "
                + "\($0.count == 1 ? "is" : "are") left out: \($0.joined(separator: ", "))"
        },
    ]

    /// Members that `DescribeTrainingJob` returns and `CreateTrainingJob` does not accept, and the name, which only one
    /// job can have.
    static let describedKeys = [
        "AutoMLJobArn", "BillableTimeInSeconds", "BillableTokenCount", "CreationTime", "DebugRuleEvaluationStatuses",
        "FailureReason", "FinalMetricDataList", "LabelingJobArn", "LastModifiedTime", "MlflowDetails", "ModelArtifacts",
        "OutputModelPackageArn", "ProfilerRuleEvaluationStatuses", "ProfilingStatus", "ProgressInfo",
        "ResourceConfig.SelectedInstanceCount", "ResourceConfig.SelectedInstanceType", "ResponseMetadata",
        "SecondaryStatus", "SecondaryStatusTransitions", "TrainingEndTime", "TrainingJobArn", "TrainingJobName",
        "TrainingJobStatus", "TrainingStartTime", "TrainingTimeInSeconds", "TuningJobArn", "WarmPoolStatus",
    ]

    /// Findings on the template that do not depend on a run.
    static func findings(_ template: JSONValue) -> [Finding] {
        guard let name = template["TrainingJobName"]?.stringValue, !name.isEmpty else { return [] }
        let isOwn = Placeholders.pieces(of: name).contains { piece in
            switch piece {
            case .macro(let macro): ["run_id", "run_name"].contains(macro)
            case .variable: true
            case .text: false
            }
        }
        guard !isOwn else { return [] }
        return [
            Finding(
                .warning, at: FieldPath([.member("TrainingJobName")]),
                "every run would get the name \(Shown.quoted(name)), and SageMaker takes a name once: the second run fails",
                hint: "Leave the key out, or write ${run_id} into the name.", rule: "fixed-name")
        ]
    }
}
