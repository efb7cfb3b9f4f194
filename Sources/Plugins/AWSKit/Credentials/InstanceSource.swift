internal import FoundationEssentials
internal import LaunchCore

/// The role of an EC2 instance, from its metadata service.
struct InstanceSource: CredentialSource {
    private static let path = "/latest/meta-data/iam/security-credentials/"
    let name = "instance metadata"
    let metadata: InstanceMetadata
    let clock: HostClock
    let log: Logger

    var mayBeAbsent: Bool { true }

    func fetch() async throws(AWSError) -> AWSCredentials {
        guard let role = try await metadata.text(Self.path)?.split(whereSeparator: \.isNewline).first else {
            throw AWSError(.auth, "The instance has no role.", hint: "Attach an instance profile.")
        }
        guard role.allSatisfy({ $0.isASCII && !$0.isWhitespace && $0 != "/" && $0 != "?" && $0 != "#" }),
            let text = try await metadata.text(Self.path + role)
        else { throw malformed("the metadata service does not know the role that it named.") }
        guard let document = CredentialDocument(Array(text.utf8)) else {
            throw malformed("the metadata service did not answer with a JSON object.")
        }
        if let code = document["Code"], code != "Success" {
            let message = document["Message"].map { ": \(Wording.shortened($0))" } ?? "."
            throw AWSError(
                .auth, "The metadata service returned no credentials: \(Wording.shortened(code))\(message)")
        }
        do throws(AWSError) {
            return extended(try document.credentials(token: "Token", needsExpiry: true))
        } catch {
            throw malformed(error.message)
        }
    }

    /// If AWS cannot renew the credentials, the service returns the old ones, and other services then accept them
    /// beyond their end.
    private func extended(_ credentials: AWSCredentials) -> AWSCredentials {
        let now = clock.now()
        guard let end = credentials.expiration, end <= now else { return credentials }
        log.warning(
            "the instance metadata service returned expired credentials; using them for now",
            ["ended": AWSDate.text(end)])
        var credentials = credentials
        credentials.expiration = now.addingTimeInterval(15 * 60)
        return credentials
    }
}
