internal import LaunchCore

/// `aws_access_key_id`, `aws_secret_access_key` and `aws_session_token` of a profile.
struct StaticProfileSource: CredentialSource {
    let section: ConfigSection

    var name: String { "profile \(section.name) (keys in \(section.file))" }

    /// True if the profile has an access key ID, with or without its secret key. As in AWS's tools, a secret key
    /// alone is ignored.
    static func hasKeys(_ section: ConfigSection?) -> Bool {
        section?.text("aws_access_key_id") != nil
    }

    /// Throws for half a key pair, with the position of the existing half.
    func check() throws(AWSError) {
        switch (section["aws_access_key_id"], section["aws_secret_access_key"]) {
        case (.some(let found), nil): throw half(found, "aws_access_key_id", "aws_secret_access_key")
        case (.some, .some(let secret)):
            if secret.text.isEmpty { throw half(secret, "aws_access_key_id", "aws_secret_access_key") }
        case (nil, _): throw .configuration("The profile \(section.name) has no keys.", at: section)
        }
    }

    func fetch() async throws(AWSError) -> AWSCredentials {
        try check()
        guard let key = section.text("aws_access_key_id"), let secret = section.text("aws_secret_access_key") else {
            throw .configuration("The profile \(section.name) has no keys.", at: section)
        }
        let token = section.text("aws_security_token") ?? section.text("aws_session_token")
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) },
            accountID: section.text("aws_account_id"))
    }

    private func half(_ value: ConfigValue, _ found: String, _ missing: String) -> AWSError {
        .configuration(
            "Half a key pair: the profile \(section.name) has \(found) and no \(missing).", at: value,
            hint: "Give both.")
    }
}
