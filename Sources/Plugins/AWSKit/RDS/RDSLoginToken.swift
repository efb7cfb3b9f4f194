public import FoundationEssentials
public import LaunchCore

/// The password of a login to a database of RDS or Aurora with IAM: a presigned request of the action `connect`.
///
/// The server checks it only at the login, so a connection outlives it.
public enum RDSLoginToken {
    /// How long a token can be used for a login. RDS accepts no longer time.
    public static let life = Duration.seconds(900)

    /// A token for one user of one server, without its scheme.
    /// - Parameter host: the server's own name, not an alias of it.
    public static func make(
        host: String, port: Int, user: String, region: String, credentials: AWSCredentials, at time: Date
    ) -> Secret {
        let request = SigningRequest(
            method: "GET", host: "\(host):\(port)", query: [("Action", "connect"), ("DBUser", user)])
        let url = SigV4.presign(
            request, credentials: credentials, service: "rds-db", region: region, at: time, expires: life)
        return Secret(String(url.dropFirst("https://".count)))
    }

    /// The region in the name of a server, `launch.abc.eu-central-1.rds.amazonaws.com`; nil for another name.
    public static func region(ofHost host: String) -> String? {
        let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard let service = labels.lastIndex(of: "rds"), service > 1, labels[(service + 1)...].first == "amazonaws"
        else { return nil }
        return String(labels[service - 1])
    }
}
