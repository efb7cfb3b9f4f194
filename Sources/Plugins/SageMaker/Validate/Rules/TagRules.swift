internal import LaunchPluginKit

extension Rule {
    /// Tags.
    static let tags = [
        Rule("tag-unique", source: Source.api("Tag, Key")) { request in
            let keys = TrainingRequest.items(of: request.document["Tags"]).map { $0.value["Key"].text }
            return TrainingRequest.repeated(keys).map { index, key in
                .error("Tags[\(index)].Key", "\(Shown.quoted(key)) is also the key of an earlier tag")
            }
        },
        Rule("tag-prefix", source: "AWS General Reference, tag naming limits") { request in
            TrainingRequest.items(of: request.document["Tags"])
                .filter { $0.value["Key"].text?.lowercased().hasPrefix("aws:") ?? false }
                .map { .error("Tags[\($0.index)].Key", "keys that begin with aws: are reserved for AWS") }
        },
    ]

    /// Secrets in values that everyone who may describe the job can read.
    static let secrets = [
        Rule("plain-secret", source: Source.api("CreateTrainingJob, Environment")) { request in
            guard case .object(let variables)? = request.document["Environment"] else { return [] }
            return variables.keys.filter(isSecretName).sorted().map { name in
                Problem(
                    severity: .warning, path: FieldPath([.member("Environment"), .member(name)]),
                    message: "it looks like a secret, and everyone who may describe the job can read it")
            }
        }
    ]

    private static func isSecretName(_ name: String) -> Bool {
        let name = name.uppercased()
        return ["API_KEY", "PASSWORD", "SECRET", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "AUTH_TOKEN"]
            .contains { name.hasSuffix($0) }
    }

    /// SageMaker Debugger's profiler.
    static let profiler = [
        Rule("profiler-interval", source: Source.api("ProfilerConfig, ProfilingIntervalInMilliseconds")) { request in
            let allowed: [Int64] = [100, 200, 500, 1000, 5000, 60_000]
            guard let interval = request.document["ProfilerConfig"]?["ProfilingIntervalInMilliseconds"]?.integerValue,
                !allowed.contains(interval)
            else { return [] }
            return [
                .error(
                    "ProfilerConfig.ProfilingIntervalInMilliseconds",
                    "\(interval) ms is not one of \(allowed.map(String.init).joined(separator: ", ")) ms")
            ]
        }
    ]
}
