internal import LaunchCore

/// A role for a web token that another program renews in a file, as Kubernetes does for a service account (IRSA). The
/// call to STS is not signed, and the file is read again for each fetch.
struct WebIdentitySource: CredentialSource {
    let name: String
    let roleARN: String
    let sessionName: String?
    /// The file, with the origin of its path.
    let tokenFile: Setting
    let context: SourceContext

    func fetch() async throws(AWSError) -> AWSCredentials {
        let token = try TokenFile.read(context.paths.expand(tokenFile.value), named: tokenFile.origin)
        let request = RoleRequest(roleARN: roleARN, sessionName: sessionName)
        return try await context.sts.assumeRoleWithWebIdentity(request, token: token, at: context.clock.now())
    }
}

/// A file that contains one token.
enum TokenFile {
    /// The token without surrounding white space.
    static func read(_ path: String, named origin: Setting.Origin) throws(AWSError) -> Secret {
        let bytes: [UInt8]?
        do throws(AWSError) {
            bytes = try ConfigFile.bytes(path)
        } catch {
            throw problem("\(error.diagnostic?.message ?? error.message)", path, origin)
        }
        guard let bytes else { throw problem("The file does not exist.", path, origin) }
        guard let text = String(validating: bytes, as: UTF8.self)?.stripped, !text.isEmpty else {
            throw problem("The file does not contain a token.", path, origin)
        }
        guard !text.contains(where: { $0.isNewline || $0 == "\0" }) else {
            throw problem("The file has more than one line; a token has one.", path, origin)
        }
        return Secret(text)
    }

    private static func problem(_ what: String, _ path: String, _ origin: Setting.Origin) -> AWSError {
        let message = "The token file \(path): \(what)"
        if case .file(let file, let line) = origin { return .configuration(message, file: file, line: line) }
        return AWSError(.configuration, "\(message) \(origin) names it.")
    }
}
