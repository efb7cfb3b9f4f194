internal import FoundationEssentials
internal import LaunchCore

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
struct EnvironmentSource: CredentialSource {
    let name = "environment variables"
    let variables: AWSVariables

    /// True if the access key ID is set: then AWS's tools use this source. As in these tools, a secret key alone is
    /// ignored.
    /// - Throws: kind configuration for an access key ID without its secret key.
    static func isPresent(in variables: AWSVariables) throws(AWSError) -> Bool {
        guard variables["AWS_ACCESS_KEY_ID"] != nil else { return false }
        guard variables["AWS_SECRET_ACCESS_KEY"] != nil else {
            throw AWSError(
                .configuration, "Half a key pair: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not.",
                hint: "Set both, or neither to use another source.")
        }
        return true
    }

    /// Why the variables are not used.
    static func absence(in variables: AWSVariables) -> String {
        variables["AWS_SECRET_ACCESS_KEY"] == nil
            ? "AWS_ACCESS_KEY_ID is not set" : "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID"
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
            expiration: try expiration,
            accountID: variables["AWS_ACCOUNT_ID"])
    }

    /// A malformed time must not count as none.
    private var expiration: Date? {
        get throws(AWSError) {
            guard let text = variables["AWS_CREDENTIAL_EXPIRATION"] else { return nil }
            if let date = AWSDate.parse(text) { return date }
            throw AWSError(
                .configuration, "AWS_CREDENTIAL_EXPIRATION is not a time: \(Wording.quoted(text)).",
                hint: "Write it as 2026-11-29T12:00:00Z, or unset it.")
        }
    }
}
