internal import LaunchCore

/// Selects the source of credentials, in the order of AWS's own tools (botocore's).
///
/// 1. Environment variables, unless `launch-config.yaml` names a profile. 2. A profile that assumes a role. 3. A web
/// identity of the variables or the profile. 4. The profile's SSO login. 5. Its keys in the credentials file. 6. Its
/// `credential_process`. 7. Its keys in the configuration file. 8. The container endpoint. 9. Instance metadata. The
/// first configured source is used, even if it fails: an agent must not start paid work as another identity because a
/// file was missing. (Newer SDKs check web identity and SSO before the profile's role.) No service is called here.
package struct CredentialChain: Sendable {
    /// A source that is not configured.
    package struct Skipped: Sendable, Hashable {
        package var source: String
        package var reason: String
    }

    /// The selected source, and the sources before it.
    package struct Choice: Sendable {
        /// Nil if no source is configured.
        var source: (any CredentialSource)?
        package var skipped: [Skipped]
    }

    let settings: ProfileSettings
    let context: SourceContext

    package init(settings: ProfileSettings, context: SourceContext) {
        self.settings = settings
        self.context = context
    }

    /// Selects the source.
    /// - Throws: kind configuration if a source has wrong settings.
    package func choose() throws(AWSError) -> Choice {
        var skipped: [Skipped] = []
        let isNamed = if case .launchConfig = settings.profile.origin { true } else { false }
        if isNamed {
            skipped.append(Skipped(source: "environment variables", reason: "launch-config.yaml names a profile"))
        } else if try EnvironmentSource.isPresent(in: context.variables) {
            return Choice(source: EnvironmentSource(variables: context.variables), skipped: skipped)
        } else {
            skipped.append(
                Skipped(source: "environment variables", reason: EnvironmentSource.absence(in: context.variables)))
        }
        let profiles = ProfileSources(settings: settings, context: context)
        if let source = try profiles.role(of: settings.profile.value) {
            return Choice(source: source, skipped: skipped)
        }
        skipped.append(Skipped(source: "assumed role", reason: absent("has no role_arn")))
        if let source = try profiles.find(in: settings.profile.value, usesVariables: !isNamed, &skipped) {
            return Choice(source: source, skipped: skipped)
        }
        if let source = try ContainerSource(context) { return Choice(source: source, skipped: skipped) }
        skipped.append(
            Skipped(
                source: "container endpoint",
                reason: "neither \(ContainerSource.relative) nor \(ContainerSource.full) is set"))
        if let reason = InstanceMetadata.disabled(settings) {
            skipped.append(Skipped(source: "instance metadata", reason: reason))
            return Choice(source: nil, skipped: skipped)
        }
        return Choice(source: try profiles.instance(), skipped: skipped)
    }

    private func absent(_ what: String) -> String {
        settings.section == nil
            ? "profile \(settings.profile.value) does not exist" : "profile \(settings.profile.value) \(what)"
    }
}
