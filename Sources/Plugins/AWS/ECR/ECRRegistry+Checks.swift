public import LaunchPluginKit

extension ECRRegistry: CrossChecking {
    /// Checks the environment's role, and the builder's destination, against the repository.
    public func findings(with parts: Parts) -> [Finding] {
        [account(parts), destination(parts)].compactMap(\.self)
    }

    /// The path of the repository in the configuration.
    private var path: FieldPath { FieldPath().appending(Role.registry.rawValue).appending(options.key) }

    /// The finding of a runner whose backend pulls only from the environment's region, if the repository is in another
    /// one. Nil if the region is not known without a call.
    /// - Parameter rule: who pulls only from its own region, as a clause.
    public func otherRegion(_ parts: Parts, because rule: String) -> Finding? {
        guard let region = environment.settings.region, environment.knownRegion == region.value,
            region.value != repository.host.region
        else { return nil }
        return Finding(
            .error, at: path,
            "the repository is in region \(repository.host.region), and the environment's region is \(region.value) "
                + "(\(place(of: region, parts))): \(rule)",
            hint: "use a repository in \(region.value), or set the environment's region to \(repository.host.region)")
    }

    private func place(of region: Setting, _ parts: Parts) -> String {
        guard case .launchConfig(let key) = region.origin else { return region.origin.description }
        return parts.place(FieldPath([.member(Role.environment.rawValue), .member(key)])) ?? region.origin.description
    }

    /// A repository of another account is valid, but its policy is often forgotten.
    private func account(_ parts: Parts) -> Finding? {
        guard let role = environment.roleARN.flatMap({ ARN($0) }), !role.account.isEmpty,
            role.account != repository.host.account
        else { return nil }
        let place = parts.place(FieldPath([.member(Role.environment.rawValue), .member("role_arn")])) ?? "role_arn"
        return Finding(
            .warning, at: path,
            "the repository is in account \(repository.host.account), and the environment's role in account "
                + "\(role.account) (\(place))",
            hint:
                "the repository's policy must let account \(role.account) pull from it, and push where images are built"
        )
    }

    private func destination(_ parts: Parts) -> Finding? {
        guard let written = parts.builder.repository,
            ![repository.name, repository.description].contains(written)
        else { return nil }
        return Finding(
            .error, at: FieldPath([.member(Role.builder.rawValue), .member("destination")]),
            "images must be pushed to \"\(written)\", but the registry is the repository \(repository)",
            hint: "remove 'destination': images are pushed to the registry's repository")
    }
}
