internal import LaunchAWS
internal import LaunchPluginKit

/// Explains errors of AWS and says how to correct them.
enum Refusal {
    /// Maps an error of AWS to a `BackendError` with its details: the quota and its numbers, the field, the missing
    /// permission.
    static func explained(_ error: AWSError) -> BackendError {
        var said = error.backendError
        // A fault of the service is temporary, unlike one of this program: "InternalFailure", 500.
        if error.kind == .internalFault, (error.status ?? 0) >= 500 { said.category = .transient }
        switch error.code {
        case "ResourceLimitExceeded":
            if let quota = Quota(error) {
                said.message = quota.description
                said.hint =
                    "Ask for more in Service Quotas, \"Amazon SageMaker\", \"\(quota.name)\"; "
                    + "or use another instance type."
            }
        case "ValidationException" where said.category == .invalid:
            said = validation(error, said)
        default:
            if error.kind == .auth, let missing = MissingPermission(error.message) {
                said.hint = missing.hint
            }
        }
        return said
    }

    /// "1 validation error detected: Value '…' at 'resourceConfig.instanceType' failed to satisfy constraint: …"
    private static func validation(_ error: AWSError, _ said: BackendError) -> BackendError {
        var said = said
        let fields = error.message.matches(of: /at '([^']+)' failed to satisfy/).map { match in
            String(match.1).split(separator: ".").map { $0.prefix(1).uppercased() + $0.dropFirst() }
                .joined(separator: ".")
        }
        if !fields.isEmpty {
            said.hint = "Look at \(fields.joined(separator: ", ")) in 'launch plan'."
        } else if error.message.contains("Access denied for repository") {
            said.hint =
                "The job's role must be allowed to pull: ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, "
                + "ecr:BatchCheckLayerAvailability, ecr:GetAuthorizationToken."
        } else if error.message.contains("Could not assume role") {
            said.hint = "The role's trust policy must name sagemaker.amazonaws.com."
        }
        return said
    }
}

/// A quota of the account, as SageMaker reports it when it is used up.
struct Quota: Sendable, Hashable, CustomStringConvertible {
    /// `ml.p3.2xlarge for training job usage`
    let name: String
    /// The quota's value, the present use, and the additional number that was requested.
    let limit: Int, used: Int, asked: Int

    /// Reads "The account-level service limit '…' is N Instances, with current utilization of N Instances and a request
    /// delta of N Instances." (github.com/aws/amazon-sagemaker-examples/issues/263)
    init?(_ message: String) {
        let form = /service limit '([^']+)' is ([0-9]+).*?utilization of ([0-9]+).*?delta of ([0-9]+)/
        guard let found = message.firstMatch(of: form), let limit = Int(found.2), let used = Int(found.3),
            let asked = Int(found.4)
        else { return nil }
        name = String(found.1)
        (self.limit, self.used, self.asked) = (limit, used, asked)
    }

    /// The quota that an error is about; nil for other errors.
    init?(_ error: AWSError) {
        guard error.code == "ResourceLimitExceeded" else { return nil }
        self.init(error.message)
    }

    /// Whether waiting cannot help: the request asks for more than the quota.
    var isOutOfReach: Bool { asked > limit }

    var description: String {
        "The account's quota \"\(name)\" is \(limit); \(used) in use, \(asked) more requested."
    }
}
