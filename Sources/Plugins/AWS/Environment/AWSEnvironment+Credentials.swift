internal import FoundationEssentials
public import LaunchHost
internal import Synchronization

extension AWSEnvironment: CredentialsOffering {
    /// As every SDK of AWS looks for them: the path at 169.254.170.2, or a URL at one of two trusted addresses.
    public var credentialsEndpoint: CredentialsEndpoint {
        CredentialsEndpoint(
            places: [
                CredentialsEndpoint.Place(address: "169.254.170.2", subnet: "169.254.170.0/28"),
                CredentialsEndpoint.Place(address: "169.254.170.23", subnet: "169.254.170.16/28"),
            ],
            pathVariable: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", urlVariable: "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    }

    /// Those of the role, for an hour. Without a role the environment's own where they end by themselves, else a session
    /// made of them for an hour.
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

    /// Credentials of a role that keep themselves good. However often a container asks, STS is asked about once an hour.
    private func assumed(_ role: AssumedRole) throws(AWSError) -> RefreshingCredentials {
        guard RoleRequest.isRoleARN(role.name) else {
            throw AWSError(
                .configuration, "The role \(Wording.quoted(role.name)) is no ARN of a role.",
                hint: "One looks like arn:aws:iam::123456789012:role/name.")
        }
        let made = RefreshingCredentials(
            AssumeRoleSource(
                name: "role \(role.name)",
                request: RoleRequest(
                    roleARN: role.name, sessionName: role.session, policy: role.sessionPolicy), source: credentials,
                context: sourceContext), sourceContext)
        return roles.withLock { roles in
            if let known = roles[role] { return known }
            // One entry a rehearsal. Those of ended ones are of no use.
            if roles.count >= 64 { roles.removeAll() }
            roles[role] = made
            return made
        }
    }

    private func document(_ found: AWSCredentials) throws(AWSError) -> ContainerCredentials {
        guard let token = found.sessionToken else {
            throw AWSError(.internalFault, "The credentials of a session have no token.")
        }
        // Where their source does not say when they end, programs ask again soon.
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
