/// Where queues, jobs and runs are kept: the block `store` of `launch-config.yaml`.
public enum StoreSettings: Sendable, Hashable {
    /// In the database of the program's home, for one machine.
    case sqlite
    /// In a database that several machines share.
    case postgres(PostgresSettings)
}

/// How to reach a store on PostgreSQL. It holds no password.
public struct PostgresSettings: Sendable, Hashable {
    /// How the password is found.
    package enum Password: Sendable, Hashable {
        /// By libpq: `PGPASSWORD`, `PGPASSFILE` or `~/.pgpass`.
        case standard
        case variable(String)
        case file(String)
        /// In a service of secrets that the environment knows.
        case secret(scheme: String, name: String)
        /// Made by the environment for each connection.
        case made(method: String)
    }

    /// The keywords of libpq that the configuration has: `host`, `port`, `dbname`, `user`, `service`, `sslmode`, ...
    package var keywords: [String: String]
    package var password: Password
    /// The region of the server, for a password that the environment makes.
    package var region: String?
    package var pooling: Pooling
    /// The place of blobs in an object store, such as `s3://bucket/prefix`, without a slash at its end; nil means in the
    /// database.
    package var blobs: String?

    package init(
        keywords: [String: String] = [:], password: Password = .standard, region: String? = nil,
        pooling: Pooling = .automatic, blobs: String? = nil
    ) {
        self.blobs = blobs
        self.keywords = keywords
        self.password = password
        self.region = region
        self.pooling = pooling
    }

    /// What a connection pooler between this program and the server does with a session.
    package enum Pooling: String, Sendable, Hashable, CaseIterable {
        /// Found out at the login: a pooler is treated as one of transactions.
        case automatic = "auto"
        /// A client keeps its session: no pooler, or one in session mode.
        case session
        /// Each transaction may have another session, as behind PgBouncer in transaction mode. Then nothing is prepared or
        /// set in a session, and no notification arrives.
        case transaction
    }

    /// The standard port of PostgreSQL.
    package static let standardPort = 5432

    /// The login for which the environment makes a password; nil if the host or the user is not written.
    package var login: DatabaseLogin? {
        guard let host = keywords["host"], let user = keywords["user"] else { return nil }
        let port = keywords["port"].flatMap { Int($0) } ?? Self.standardPort
        return DatabaseLogin(host: host, port: port, user: user, region: region)
    }

    /// The place for messages: `db.example:5432/launch`, `service launch`.
    package var place: String {
        if let service = keywords["service"] { return "service \(service)" }
        let host = keywords["host"] ?? "the host of PGHOST"
        let port = keywords["port"].map { ":\($0)" } ?? ""
        return "\(host)\(port)" + (keywords["dbname"].map { "/\($0)" } ?? "")
    }

    /// The keywords of a connection, without the password.
    ///
    /// Without `sslmode` in the configuration, a connection that leaves the machine verifies the server's certificate, and
    /// one that does not uses TLS if the server has it. If nothing names the certificates that are trusted, the system's
    /// are.
    /// - Parameters:
    ///   - variables: the environment variables of the process. libpq reads its own itself.
    ///   - exists: whether a file exists.
    package func parameters(
        _ variables: [String: String], exists: (String) -> Bool
    ) -> [String: String] {
        var found = keywords
        let isSet = { (name: String) in variables[name]?.isEmpty == false }
        if found["application_name"] == nil, !isSet("PGAPPNAME") { found["application_name"] = "launch" }
        if found["sslmode"] == nil, !isSet("PGSSLMODE") {
            found["sslmode"] = staysHere(variables) ? "prefer" : "verify-full"
        }
        let verifies = (found["sslmode"] ?? variables["PGSSLMODE"])?.hasPrefix("verify-") == true
        let isNamed = found["sslrootcert"] != nil || isSet("PGSSLROOTCERT")
        let own = variables["HOME"].map { exists("\($0)/.postgresql/root.crt") } ?? false
        if verifies, !isNamed, !own { found["sslrootcert"] = Self.trustedFiles.first(where: exists) }
        return found
    }

    /// Where distributions keep the certificates of public authorities in one file.
    private static let trustedFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    ]

    /// Whether a connection stays on this machine. A service may be anywhere.
    package func staysHere(_ variables: [String: String]) -> Bool {
        if keywords["service"] != nil { return false }
        if keywords["host"] == nil, variables["PGSERVICE"]?.isEmpty == false { return false }
        let hosts = [keywords["hostaddr"] ?? variables["PGHOSTADDR"], keywords["host"] ?? variables["PGHOST"]]
        return hosts.compactMap(\.self).allSatisfy { list in list.split(separator: ",").allSatisfy(Self.isLoopback) }
    }

    /// Whether a host is this machine: a folder of a Unix socket, or a loopback address.
    package static func isLoopback(_ host: Substring) -> Bool {
        host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
            || host.wholeMatch(of: #/127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/#) != nil
    }
}
