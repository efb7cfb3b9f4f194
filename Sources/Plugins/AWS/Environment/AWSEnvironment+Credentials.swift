internal import FoundationEssentials
public import LaunchPluginKit
internal import Synchronization

extension AWSEnvironment: CredentialsOffering {
    /// The addresses that every AWS SDK supports: a path at 169.254.170.2, or a URL at one of two trusted addresses.
    public var credentialsEndpoint: CredentialsEndpoint {
        CredentialsEndpoint(
            gateways: [
                CredentialsEndpoint.Gateway(address: "169.254.170.2", subnet: "169.254.170.0/28"),
                CredentialsEndpoint.Gateway(address: "169.254.170.23", subnet: "169.254.170.16/28"),
            ],
            pathVariable: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", urlVariable: "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    }

    /// Credentials of the role, for an hour. Without a role: the environment's own if they are temporary, else an
    /// hour's session of them.
    public func containerCredentials(of role: AssumedRole?) async throws(BackendError) -> ContainerCredentials {
        do throws(AWSError) {
            if let role { return try document(try await assumed(role).credentials()) }
            let found = try await credentials.credentials()
            guard found.sessionToken == nil else { return try document(found) }
            return try document(try await sourceContext.sts.sessionToken(seconds: 3600, as: credentials))
        } catch {
            throw error.backendError
        }
    }

    /// Refreshing credentials of a role. Any number of requests from containers causes about one call to STS per
    /// hour.
    private func assumed(_ role: AssumedRole) throws(AWSError) -> RefreshingCredentials {
        guard RoleRequest.isRoleARN(role.name) else {
            throw AWSError(
                .invalid, "The role \(Wording.quoted(role.name)) is not the ARN of a role.",
                hint: "Write it like arn:aws:iam::123456789012:role/name.")
        }
        let made = RefreshingCredentials(
            assuming: RoleRequest(roleARN: role.name, sessionName: role.session, policy: role.sessionPolicy),
            as: credentials, sourceContext)
        return roles.withLock { roles in
            if let known = roles[role] { return known }
            // One entry per rehearsal. Entries of ended rehearsals are not used again.
            if roles.count >= 64 { roles.removeAll() }
            roles[role] = made
            return made
        }
    }

    private func document(_ found: AWSCredentials) throws(AWSError) -> ContainerCredentials {
        guard let token = found.sessionToken else {
            throw AWSError(.internalFault, "The credentials of a session have no token.")
        }
        // If the source does not report an expiration time, programs must fetch again soon.
        let expiration = found.expiration ?? runtime.clock.now().addingTimeInterval(900)
        let members: [String: JSONValue] = [
            "AccessKeyId": .string(found.accessKeyID), "SecretAccessKey": .string(found.secretAccessKey.reveal()),
            "Token": .string(token.reveal()), "Expiration": .string(Timestamp(expiration).description),
        ]
        guard let text = try? JSON.canonical(JSONValue.object(members)) else {
            throw AWSError(.internalFault, "The credentials cannot be written as JSON.")
        }
        return ContainerCredentials(document: Secret(unmasked: text), expiresAt: expiration)
    }
}
