internal import LaunchAWS
internal import LaunchPluginKit

/// The role of a queue's jobs, as a document names it.
struct TrainingRole: Hashable, Sendable {
    /// The service that takes it.
    static let service = "sagemaker.amazonaws.com"

    /// The ARN. The account is `*` if the role is given by its name.
    let text: String

    /// Nil for a role that only a submit knows.
    init?(of document: JSONValue) {
        guard let arn = document["RoleArn"]?.stringValue, let range = arn.firstRange(of: ":role/"),
            !arn[range.upperBound...].contains("*"), range.upperBound < arn.endIndex
        else { return nil }
        text = arn
    }

    /// The name without its path, by which IAM knows it.
    var name: String { text.split(separator: "/").last.map(String.init) ?? text }

    /// The ARN. A role by its name is of the caller's account.
    func arn(of account: String) -> ARN? { ARN(text.replacing(":iam::*:", with: ":iam::\(account):")) }
}

extension TrainingInspections {
    /// Whether the role is there, and SageMaker may take it. IAM describes only roles of the caller's account.
    func role(_ role: TrainingRole) async throws(AWSError) -> Inspection.Found {
        let account = try await environment.callerAccount()
        guard let arn = role.arn(of: account) else {
            return .warning(
                "not checked: \(role.text) is not the ARN of a role",
                hint: "Correct 'RoleArn' of the queue: arn:aws:iam::ACCOUNT:role/NAME.")
        }
        guard arn.account == account else {
            return .warning(
                "not checked: it is in the account \(arn.account), and this identity in \(account)",
                hint:
                    "SageMaker takes only roles of the account of the jobs: use credentials of \(arn.account), or correct "
                    + "'RoleArn' of the queue.")
        }
        let found: IAMRole?
        do throws(AWSError) {
            found = try await IAMRole.find(named: role.name, environment)
        } catch {
            guard error.kind == .auth else { throw error }
            return .warning(
                "not checked: this identity may not read it (iam:GetRole), which an agent does not need",
                hint:
                    "SageMaker must be allowed to take it: 'launch iam-policy --for job --trust sagemaker' prints how.")
        }
        guard let found else {
            throw AWSError(
                .notFound, "The account has no role of this name.",
                hint: "Correct 'RoleArn' of the queue, or make the role: docs/sagemaker.md has the commands.")
        }
        guard found.arn == arn.description else {
            throw AWSError(
                .notFound, "The account has no role \(arn). The role of this name is \(found.arn).",
                hint: "Set 'RoleArn' of the queue to it.")
        }
        return try await trust(in: found, named: role.name, account)
    }

    /// Whether the role's policies allow what its jobs do.
    func permissions(
        _ permissions: [Permission], of role: TrainingRole
    ) async throws(AWSError) -> Inspection.Found {
        let account = try await environment.callerAccount()
        guard let arn = role.arn(of: account), arn.account == account else {
            return .warning("not checked: the role is not in the account \(account) of this identity", hint: nil)
        }
        return try await PermissionSimulation(environment).verdict(on: permissions, ofRole: arn)
    }

    private func trust(
        in role: IAMRole, named name: String, _ account: String
    ) async throws(AWSError) -> Inspection.Found {
        let command = "launch iam-policy --for job --trust sagemaker"
        guard let document = role.trust else {
            return .warning(
                "not checked: IAM gave no trust policy that can be read",
                hint: "SageMaker must be allowed to take it: '\(command)' prints how.")
        }
        let region = try await environment.region()
        let partition = Partition.of(region: region)?.id ?? "aws"
        let caller = TrustPolicy.Caller(
            service: TrainingRole.service, account: account,
            source: "arn:\(partition):sagemaker:\(region):\(account):training-job")
        switch TrustPolicy(document).verdict(on: caller) {
        case .allowed: return .ok("SageMaker may take it")
        case .depends(let keys):
            return .warning(
                "SageMaker may take it under conditions that were not evaluated: \(Wording.all(keys.prefix(5).map(Wording.shortened)))",
                hint: "Check them: aws iam get-role --role-name \(name)")
        case .refused(let reason):
            throw AWSError(
                .auth, "SageMaker may not take the role \(role.arn): \(reason).",
                hint: "This replaces its trust policy: \(command) > trust.json; "
                    + "aws iam update-assume-role-policy --role-name \(name) --policy-document file://trust.json")
        }
    }
}
