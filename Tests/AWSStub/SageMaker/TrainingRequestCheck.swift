import LaunchHost

/// Checks that the service makes of a `CreateTrainingJob` at once: those that a launcher may violate, with the
/// service's messages.
struct TrainingRequestCheck {
    private let input: JSONValue

    init(_ input: JSONValue) {
        self.input = input
    }

    func run() throws(StubError) {
        let found = constraints
        guard found.isEmpty else {
            throw Self.invalid(
                "\(found.count) validation error\(found.count == 1 ? "" : "s") detected: "
                    + found.joined(separator: "; "))
        }
        if let rule = brokenRule { throw Self.invalid(rule) }
    }

    static func invalid(_ message: String) -> StubError { StubError("ValidationException", message) }

    /// A constraint of the model, in the service's format.
    static func constraint(_ value: String?, at path: String, _ rule: String) -> String {
        let shown = value.map { "'\($0)'" } ?? "null"
        return "Value \(shown) at '\(path)' failed to satisfy constraint: Member must \(rule)"
    }

    private static let namePattern = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
    private static let rolePattern = "arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"
    private static let pathPattern = "(https|s3)://([^/]+)/?(.*)"

    private var constraints: [String] {
        var found: [String] = []
        func check(_ text: String?, _ path: String, _ pattern: String, most: Int, _ matches: (String) -> Bool) {
            guard let text else { return found.append(Self.constraint(nil, at: path, "not be null")) }
            if !matches(text) {
                found.append(
                    Self.constraint(text, at: path, "satisfy regular expression pattern: \(pattern)"))
            }
            if text.utf16.count > most {
                found.append(Self.constraint(text, at: path, "have length less than or equal to \(most)"))
            }
        }
        check(input["TrainingJobName"]?.stringValue, "trainingJobName", Self.namePattern, most: 63) {
            $0.wholeMatch(of: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/) != nil
        }
        check(input["RoleArn"]?.stringValue, "roleArn", Self.rolePattern, most: 2048) {
            $0.wholeMatch(of: /arn:aws[a-z\-]*:iam::[0-9]{12}:role\/?[a-zA-Z_0-9+=,.@\-_\/]+/) != nil
        }
        if let output = input["OutputDataConfig"] {
            check(
                output["S3OutputPath"]?.stringValue, "outputDataConfig.s3OutputPath", Self.pathPattern, most: 1024
            ) { $0.wholeMatch(of: /(https|s3):\/\/([^\/]+)\/?(.*)/) != nil }
        } else {
            found.append(Self.constraint(nil, at: "outputDataConfig", "not be null"))
        }
        found += sizes
        return found
    }

    private var sizes: [String] {
        var found: [String] = []
        for (member, path, value) in [
            ("HyperParameters", "hyperParameters", 2500), ("Environment", "environment", 512),
        ] {
            guard let map = input[member]?.objectValue else { continue }
            if map.count > 100 {
                found.append(Self.constraint("{…}", at: path, "have length less than or equal to 100"))
            }
            for (name, text) in map.sorted(by: { $0.key < $1.key })
            where (text.stringValue ?? "").utf16.count > value {
                found.append(
                    Self.constraint(
                        text.stringValue, at: "\(path).\(name).member",
                        "satisfy constraint: [Member must have length less than or equal to \(value)]"))
            }
        }
        if let tags = input["Tags"]?.arrayValue, tags.count > 50 {
            found.append(Self.constraint("[…]", at: "tags", "have length less than or equal to 50"))
        }
        if let channels = input["InputDataConfig"]?.arrayValue, !(1...20).contains(channels.count) {
            let rule = channels.isEmpty ? "greater than or equal to 1" : "less than or equal to 20"
            found.append(Self.constraint("[…]", at: "inputDataConfig", "have length \(rule)"))
        }
        return found
    }

    /// A rule that is not in the model.
    private var brokenRule: String? {
        if input["ServerlessJobConfig"] == nil {
            for member in ["AlgorithmSpecification", "ResourceConfig", "StoppingCondition"] where input[member] == nil {
                return "\(member) is required."
            }
        }
        if let algorithm = input["AlgorithmSpecification"],
            (algorithm["TrainingImage"] == nil) == (algorithm["AlgorithmName"] == nil)
        {
            return "Exactly one of TrainingImage and AlgorithmName must be specified."
        }
        let condition = input["StoppingCondition"]
        let wait = condition?["MaxWaitTimeInSeconds"]?.integerValue
        let isSpot = input["EnableManagedSpotTraining"]?.boolValue ?? false
        if let wait {
            if !isSpot, input["RetryStrategy"] == nil {
                return
                    "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
            }
            if wait < condition?["MaxRuntimeInSeconds"]?.integerValue ?? 0 {
                return "Invalid MaxWaitTimeInSeconds. It must be equal to or greater than MaxRuntimeInSeconds"
            }
        } else if isSpot {
            return "MaxWaitTimeInSeconds must be specified when EnableManagedSpotTraining is set to true"
        }
        if let resources = input["ResourceConfig"], resources["InstanceGroups"] != nil,
            resources["InstanceType"] != nil || resources["InstanceCount"] != nil
        {
            return "InstanceType or InstanceCount cannot be specified with InstanceGroups"
        }
        return nil
    }
}
