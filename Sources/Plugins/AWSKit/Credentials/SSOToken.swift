internal import FoundationEssentials
internal import LaunchCore
internal import LaunchCrypto
internal import LaunchSafeFiles

/// The login of `aws sso login` in `~/.aws/sso/cache`, under the SHA-1 of the session's name or the start URL.
struct SSOToken: Sendable {
    private static let end = "expiresAt"
    let path: String
    private var members: [String: Secret]

    /// The values for renewing an access token.
    struct Renewal: Sendable {
        var clientID: String
        var clientSecret: Secret
        var refreshToken: Secret
        var registrationEnds: Date
    }

    static func path(for profile: SSOProfile, home: String) -> String {
        "\(home)/.aws/sso/cache/\(SHA1.hex((profile.session ?? profile.startURL).utf8)).json"
    }

    /// Nil without a login.
    init?(_ path: String) throws(AWSError) {
        guard let bytes = try ConfigFile.bytes(path) else { return nil }
        try self.init(bytes, path: path)
    }

    /// Parses the content of a login cache; `path` names it in errors.
    init(_ bytes: [UInt8], path: String) throws(AWSError) {
        guard let value = CredentialDocument(bytes)?.value.objectValue else {
            throw .configuration("The login cache does not contain a JSON object.", file: path)
        }
        self.path = path
        members = value.compactMapValues { $0.stringValue.map { Secret(unmasked: $0) } }
        for name in ["accessToken", "clientSecret", "refreshToken"] {
            members[name] = members[name].map { Secret($0.reveal()) }
        }
        guard members["accessToken"] != nil, expiration != nil else {
            throw .configuration("The login cache has no accessToken or no \(Self.end) that is a time.", file: path)
        }
    }

    var accessToken: Secret { members["accessToken"] ?? Secret("") }
    var expiration: Date? { members[Self.end].flatMap { AWSDate.parse($0.reveal()) } }

    /// Nil if the login cannot be renewed.
    var renewal: Renewal? {
        guard let id = members["clientId"], let secret = members["clientSecret"], let token = members["refreshToken"],
            let end = members["registrationExpiresAt"].flatMap({ AWSDate.parse($0.reveal()) })
        else { return nil }
        return Renewal(clientID: id.reveal(), clientSecret: secret, refreshToken: token, registrationEnds: end)
    }

    /// This login with a new token.
    func renewed(_ token: Secret, until expiration: Date, refreshToken: Secret?) -> SSOToken {
        var login = self
        login.members["accessToken"] = token
        login.members[Self.end] = Secret(unmasked: AWSDate.text(expiration))
        if let refreshToken { login.members["refreshToken"] = refreshToken }
        return login
    }

    /// Writes the login for AWS's other tools, atomically and readable for the user only.
    func save() throws(AWSError) {
        let text = JSONValue.object(members.mapValues { .string($0.reveal()) })
        do {
            let bytes = try JSONEncoder().encode(text)
            try AtomicFile.replace(path, with: bytes)
        } catch {
            throw .configuration("The login cache cannot be written: \(error).", file: path)
        }
    }
}
