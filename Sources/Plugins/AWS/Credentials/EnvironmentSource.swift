internal import LaunchHost

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
struct EnvironmentSource: CredentialSource {
    let name = "environment variables"
    let variables: AWSVariables

    /// Whether the key's name is there, which is what makes AWS's tools look no further.
    /// - Throws: kind configuration for half a key pair, naming the variable that is missing.
    static func isPresent(in variables: AWSVariables) throws(AWSError) -> Bool {
        switch (variables["AWS_ACCESS_KEY_ID"] != nil, variables["AWS_SECRET_ACCESS_KEY"] != nil) {
        case (true, true): return true
        case (false, false): return false
        case (true, false): throw half("AWS_ACCESS_KEY_ID", without: "AWS_SECRET_ACCESS_KEY")
        case (false, true): throw half("AWS_SECRET_ACCESS_KEY", without: "AWS_ACCESS_KEY_ID")
        }
    }

    func fetch() async throws(AWSError) -> AWSCredentials {
        guard try Self.isPresent(in: variables), let key = variables["AWS_ACCESS_KEY_ID"],
            let secret = variables["AWS_SECRET_ACCESS_KEY"]
        else {
            throw AWSError(.auth, "AWS_ACCESS_KEY_ID is not set.")
        }
        let token = variables["AWS_SECURITY_TOKEN"] ?? variables["AWS_SESSION_TOKEN"]
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) },
            expiration: variables["AWS_CREDENTIAL_EXPIRATION"].flatMap(AWSDate.parse),
            accountID: variables["AWS_ACCOUNT_ID"])
    }

    private static func half(_ found: String, without missing: String) -> AWSError {
        AWSError(
            .configuration, "Half a key pair: \(found) is set and \(missing) is not.",
            hint: "Set both, or neither to use another source.")
    }
}
