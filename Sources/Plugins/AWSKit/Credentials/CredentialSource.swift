internal import FoundationEssentials
package import LaunchCore
package import LaunchHTTP

/// One source of credentials. It fetches them; `RefreshingCredentials` decides when.
protocol CredentialSource: Sendable {
    /// The name for messages, without secrets: "profile train (credential_process)".
    var name: String { get }
    /// True if a failure may mean that the source does not exist, as on a machine without instance metadata.
    var mayBeAbsent: Bool { get }
    /// Fetches the current credentials.
    func fetch() async throws(AWSError) -> AWSCredentials
}

extension CredentialSource {
    var mayBeAbsent: Bool { false }
}

/// The services that sources use.
package struct SourceContext: Sendable {
    var variables: AWSVariables
    var clock: HostClock
    var log: Logger
    /// The client for network services.
    var http: HTTPClient
    package var sts: STS
    /// Endpoint overrides of services other than STS.
    var endpoints: EndpointSettings

    package init(
        variables: AWSVariables, clock: HostClock, log: Logger, http: HTTPClient, sts: STS, endpoints: EndpointSettings
    ) {
        self.variables = variables
        self.clock = clock
        self.log = log
        self.http = http
        self.sts = sts
        self.endpoints = endpoints
    }

    var paths: HomePath { HomePath(variables: variables) }
}

extension CredentialSource {
    /// The error for a malformed reply of a source.
    func malformed(_ what: String) -> AWSError {
        AWSError(.malformed, "The credentials of \(name) cannot be used: \(what)")
    }
}

/// The JSON document of containers, instances and programs. Each uses its own member names.
struct CredentialDocument {
    let value: JSONValue

    /// Nil if the bytes are not a JSON object.
    init?(_ bytes: some Sequence<UInt8>) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)), value.objectValue != nil else {
            return nil
        }
        self.value = value
    }

    /// The text of a member if it is not empty.
    subscript(name: String) -> String? {
        value[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func isAbsent(_ value: JSONValue?) -> Bool { value == nil || value == .null || value == .string("") }

    /// The expiration time; nil if there is none. A malformed time must not count as none.
    private func expiration() throws(AWSError) -> Date? {
        guard let member = value["Expiration"], !Self.isAbsent(member) else { return nil }
        let date = member.stringValue.map { AWSDate.parse($0) } ?? member.doubleValue.map { AWSDate.date($0) }
        guard let date, let date else {
            let found = member.stringValue.map { Wording.quoted($0) } ?? member.kindName
            throw AWSError(.malformed, "the Expiration is not a time: \(found).")
        }
        return date
    }

    /// The credentials of the document.
    /// - Throws: an error whose message names the missing members.
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
