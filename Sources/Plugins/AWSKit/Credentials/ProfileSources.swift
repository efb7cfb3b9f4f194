internal import LaunchCore

/// The sources that a profile's section can configure.
struct ProfileSources: Sendable {
    let settings: ProfileSettings
    let context: SourceContext

    private var config: SharedConfig { settings.config }

    func instance() throws(AWSError) -> InstanceSource {
        InstanceSource(
            metadata: try InstanceMetadata(settings, clock: context.clock), clock: context.clock, log: context.log)
    }

    // MARK: a profile's own sources

    /// The profile's first source other than an assumed role. Adds sources that are not configured to `skipped`.
    func find(
        in profile: String, usesVariables: Bool, _ skipped: inout [CredentialChain.Skipped]
    ) throws(AWSError) -> (any CredentialSource)? {
        let section = config.profiles[profile]
        let whose = section == nil ? "profile \(profile) does not exist" : "profile \(profile) has no"
        func skip(_ source: String, _ key: String) {
            let reason = section == nil ? whose : "\(whose) \(key)"
            skipped.append(CredentialChain.Skipped(source: source, reason: reason))
        }
        if let source = try webIdentity(section, usesVariables: usesVariables) { return source }
        skip(
            "web identity",
            "web_identity_token_file\(usesVariables ? ", and AWS_WEB_IDENTITY_TOKEN_FILE is not set" : "")")
        if let section, let profile = try SSOProfile(section, in: config) {
            return SSOSource(profile: profile, context: context)
        }
        skip("SSO", "sso_account_id")
        if let found = config.credentialProfiles[profile], StaticProfileSource.hasKeys(found) {
            return try checked(StaticProfileSource(section: found))
        }
        skip("keys in the credentials file", "keys in \(config.credentialsFile)")
        if let section, let command = section["credential_process"], !command.text.isEmpty {
            return ProcessSource(section: section, command: command)
        }
        skip("credential_process", "credential_process")
        if let found = config.configProfiles[profile], StaticProfileSource.hasKeys(found) {
            return try checked(StaticProfileSource(section: found))
        }
        skip("keys in the configuration file", "keys in \(config.configFile)")
        if let login = section?["login_session"] {
            skipped.append(
                CredentialChain.Skipped(
                    source: "aws login",
                    reason: "\(login.place): launch does not support the sessions of 'aws login'; use 'aws sso login'"))
        }
        return nil
    }

    private func checked(_ source: StaticProfileSource) throws(AWSError) -> StaticProfileSource {
        try source.check()
        return source
    }

    private func webIdentity(_ section: ConfigSection?, usesVariables: Bool) throws(AWSError) -> WebIdentitySource? {
        func setting(_ variable: String, _ key: String) -> Setting? {
            (usesVariables ? Setting.variable(variable, in: context.variables) : nil) ?? .file(key, in: section)
        }
        guard let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return nil }
        guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
            let message = "\(file.origin) gives a web identity token file, but no role is set."
            let hint = "Set AWS_ROLE_ARN, or role_arn in the profile."
            if case .file(let path, let line) = file.origin {
                throw .configuration(message, file: path, line: line, hint: hint)
            }
            throw AWSError(.configuration, message, hint: hint)
        }
        return WebIdentitySource(
            name: "web identity (\(file.origin))", roleARN: role.value,
            sessionName: setting("AWS_ROLE_SESSION_NAME", "role_session_name")?.value, tokenFile: file, context: context
        )
    }

    // MARK: assumed roles

    /// The role that a profile assumes; nil if it assumes none.
    /// - Throws: kind configuration for a loop, an unknown profile or source, and settings that cannot be combined.
    func role(of profile: String) throws(AWSError) -> AssumeRoleSource? {
        try role(of: profile, visited: [profile])
    }

    private func role(of name: String, visited: [String]) throws(AWSError) -> AssumeRoleSource? {
        guard let section = config.profiles[name], let role = section["role_arn"], !role.text.isEmpty,
            section.text("web_identity_token_file") == nil
        else { return nil }
        let request = try request(section, role)
        let source: any CredentialSource
        switch (section["source_profile"], section["credential_source"]) {
        case (.some, .some(let second)):
            throw .configuration(
                "The profile \(name) has both source_profile and credential_source.", at: second,
                hint: "Keep the one whose credentials assume the role.")
        case (nil, nil):
            throw .configuration(
                "The profile \(name) has a role_arn and neither source_profile nor credential_source.", at: role,
                hint: "Set the one whose credentials assume the role.")
        case (.some(let profile), nil): source = try sourceProfile(profile, of: name, visited)
        case (nil, .some(let word)): source = try credentialSource(word)
        }
        return AssumeRoleSource(
            name: "profile \(name) (role \(role.text) by \(source.name))", request: request,
            source: RefreshingCredentials(source, context), context: context)
    }

    private func sourceProfile(
        _ value: ConfigValue, of parent: String, _ visited: [String]
    ) throws(AWSError) -> any CredentialSource {
        let name = value.text
        guard let section = config.profiles[name] else {
            var error = ProfileSettings.missing(name, named: "source_profile of the profile \(parent)", config)
            error = .configuration(error.message, at: value, hint: error.hint)
            throw error
        }
        // A profile may name itself as source if it has keys.
        if visited.contains(name), !(name == parent && StaticProfileSource.hasKeys(section)) {
            throw .configuration(
                "The source_profile goes in a circle: \((visited + [name]).joined(separator: " -> ")).", at: value,
                hint: "One profile of the chain must have credentials of its own.")
        }
        if !StaticProfileSource.hasKeys(section), let next = try role(of: name, visited: visited + [name]) {
            return next
        }
        var skipped: [CredentialChain.Skipped] = []
        guard let source = try find(in: name, usesVariables: false, &skipped) else {
            throw .configuration("The source_profile \(name) has no credentials of its own.", at: value)
        }
        return source
    }

    private func credentialSource(_ value: ConfigValue) throws(AWSError) -> any CredentialSource {
        switch value.text {
        case "Environment":
            guard try EnvironmentSource.isPresent(in: context.variables) else {
                throw .configuration(
                    "The credential_source is Environment, and AWS_ACCESS_KEY_ID is not set.", at: value)
            }
            return EnvironmentSource(variables: context.variables)
        case "EcsContainer":
            guard let source = try ContainerSource(context) else {
                throw .configuration(
                    "The credential_source is EcsContainer, and neither \(ContainerSource.relative) nor "
                        + "\(ContainerSource.full) is set.", at: value)
            }
            return source
        case "Ec2InstanceMetadata":
            if let reason = InstanceMetadata.disabled(settings) {
                throw .configuration("The credential_source is Ec2InstanceMetadata, and \(reason).", at: value)
            }
            return try instance()
        default:
            throw .configuration(
                "The credential_source is \(Wording.quoted(value.text)); it must be Environment, EcsContainer or "
                    + "Ec2InstanceMetadata.", at: value)
        }
    }

    private func request(_ section: ConfigSection, _ role: ConfigValue) throws(AWSError) -> RoleRequest {
        guard RoleRequest.isRoleARN(role.text) else {
            throw .configuration(
                "\(Wording.quoted(role.text)) is not the ARN of a role, such as arn:aws:iam::123456789012:role/name.",
                at: role)
        }
        if let serial = section["mfa_serial"], !serial.text.isEmpty {
            throw .configuration(
                "The profile \(section.name) requires a code of an MFA device, which an agent cannot type.", at: serial,
                hint: "Use a role without mfa_serial, or an SSO login.")
        }
        var request = RoleRequest(
            roleARN: role.text, sessionName: section.text("role_session_name"), externalID: section.text("external_id"))
        if let duration = section["duration_seconds"] {
            guard let seconds = Int(duration.text), RoleRequest.durations.contains(seconds) else {
                throw .configuration(
                    "duration_seconds is \(Wording.quoted(duration.text)); it must be a whole number of seconds from 900 to "
                        + "43200.", at: duration)
            }
            request.duration = seconds
        }
        return request
    }
}
