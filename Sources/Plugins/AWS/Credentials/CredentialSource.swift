internal import FoundationEssentials
internal import HTTP
internal import LaunchHost

/// One place that credentials come from. It fetches; when, and how often, is decided by `RefreshingCredentials`.
protocol CredentialSource: Sendable {
    /// What it is, for people, without secrets: "profile train (credential_process)".
    var name: String { get }
    /// Whether a failure may mean that there is nothing there at all, as on a machine without instance metadata.
    var mayBeAbsent: Bool { get }
    /// Credentials as they are now.
    func fetch() async throws(AWSError) -> AWSCredentials
}

extension CredentialSource {
    var mayBeAbsent: Bool { false }
}

/// What sources work with.
struct SourceContext: Sendable {
    var variables: AWSVariables
    var clock: HostClock
    var log: Logger
    /// For services in the network.
    var http: HTTPClient
    var sts: STS
    /// Where services other than STS are to be found instead of at their own hosts.
    var endpoints: EndpointSettings

    var paths: HomePath { HomePath(variables: variables) }
}

extension CredentialSource {
    /// The error for an answer of a source that nobody understands.
    func malformed(_ what: String) -> AWSError {
        AWSError(.malformed, "The credentials of \(name) cannot be used: \(what)")
    }
}

/// The JSON that containers, instances and programs answer with, each with names of its own.
struct CredentialDocument {
    let value: JSONValue

    /// Nil where the bytes are no JSON object.
    init?(_ bytes: some Sequence<UInt8>) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)), value.objectValue != nil else {
            return nil
        }
        self.value = value
    }

    /// The text of a member where it is not empty.
    subscript(name: String) -> String? {
        value[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func isAbsent(_ value: JSONValue?) -> Bool { value == nil || value == .null || value == .string("") }

    /// When the credentials end; nil where they do not. What is there and is not a time must not count as never.
    private func expiration() throws(AWSError) -> Date? {
        guard let member = value["Expiration"], !Self.isAbsent(member) else { return nil }
        let date = member.stringValue.map { AWSDate.parse($0) } ?? member.doubleValue.map { AWSDate.date($0) }
        guard let date, let date else {
            let found = member.stringValue.map { Wording.quoted($0) } ?? member.kindName
            throw AWSError(.malformed, "the Expiration is not a time: \(found).")
        }
        return date
    }

    /// The credentials in it.
    /// - Throws: the names of what is missing, as words for a message.
    func credentials(token tokenName: String, needsExpiry: Bool) throws(AWSError) -> AWSCredentials {
        let needed = ["AccessKeyId", "SecretAccessKey"] + (needsExpiry ? [tokenName, "Expiration"] : [])
        let missing = needed.filter { $0 == "Expiration" ? Self.isAbsent(value[$0]) : self[$0] == nil }
        guard missing.isEmpty, let key = self["AccessKeyId"], let secret = self["SecretAccessKey"] else {
            throw AWSError(.malformed, "\(Wording.all(missing)) \(missing.count == 1 ? "is" : "are") missing.")
        }
        let expiration = try expiration()
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: self[tokenName].map { Secret($0) },
            expiration: expiration, accountID: self["AccountId"])
    }
}
