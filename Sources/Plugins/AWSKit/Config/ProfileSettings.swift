internal import LaunchCore
internal import LaunchSuggestions

/// The selected profile and region, and their files.
///
/// The profile is the configured one, else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`. (botocore reads
/// the last two in reverse order; all other AWS tools know only `AWS_PROFILE`, so it comes first here.) The region is
/// the configured one, else `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's.
public struct ProfileSettings: Sendable {
    public let config: SharedConfig
    public let variables: AWSVariables
    /// The profile's name.
    public let profile: Setting
    /// The region; nil if none is set.
    public let region: Setting?

    /// Reads the files and selects profile and region.
    /// - Throws: `AWSError` of kind configuration for an unreadable file and for a named profile that does not exist.
    public init(variables: AWSVariables, profile: String? = nil, region: String? = nil) throws(AWSError) {
        try self.init(SharedConfig(variables: variables), variables: variables, profile: profile, region: region)
    }

    init(
        _ config: SharedConfig, variables: AWSVariables, profile: String? = nil, region: String? = nil
    ) throws(AWSError) {
        self.config = config
        self.variables = variables
        let chosen =
            profile.map { Setting($0, from: .launchConfig("profile")) }
            ?? .variable("AWS_PROFILE", "AWS_DEFAULT_PROFILE", in: variables)
        self.profile = chosen ?? Setting("default", from: .standard)
        self.region =
            region.map { Setting($0, from: .launchConfig("region")) }
            ?? .variable("AWS_REGION", "AWS_DEFAULT_REGION", in: variables)
            ?? .file("region", in: config.profiles[self.profile.value])
        guard let chosen, config.profiles[chosen.value] == nil else { return }
        throw Self.missing(chosen.value, named: chosen.origin.description, config)
    }

    /// The profile's values; nil without a profile `default`.
    public var section: ConfigSection? { config.profiles[profile.value] }

    /// The first that is set of a variable and a key of the profile.
    func setting(_ variable: String, _ key: String) -> Setting? {
        .variable(variable, in: variables) ?? .file(key, in: section)
    }

    /// The error for a profile that does not exist.
    static func missing(_ name: String, named origin: String, _ config: SharedConfig) -> AWSError {
        let known = config.profiles.keys.sorted()
        let question = Suggestion.question(about: name, in: known)
        let hint =
            known.isEmpty
            ? "Neither file has a profile; 'aws configure' creates one."
            : "Known: \(known.joined(separator: ", "))."
        return AWSError(
            .configuration,
            "The profile \(Wording.quoted(name)), which \(origin) names, does not exist in \(config.configFile) or "
                + "\(config.credentialsFile)\(question.isEmpty ? "." : question)", hint: hint)
    }
}
