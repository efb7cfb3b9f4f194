internal import FoundationEssentials
internal import LaunchPostgreSQL

extension StoreError {
    /// The meaning of a failure of PostgreSQL for a user.
    /// - Parameter database: the name of the database for messages.
    init(_ error: PQError, database: String) {
        let detail = "(PostgreSQL says: \(error.message.hasSuffix(".") ? error.message : error.message + "."))"
        switch error.kind {
        case .unreachable, .unknownHost, .timedOut, .shuttingDown:
            self.init(
                error.kind == .unknownHost ? .unknownHost : .unreachable,
                "The store '\(database)' cannot be reached. \(detail)",
                hint: "Check 'host' and 'port' of 'store' in launch-config.yaml, the network, and that the server runs."
            )
        case .tooManyConnections:
            self.init(
                .unreachable, "The store '\(database)' has no connection left. \(detail)",
                hint: "Raise 'max_connections' of the server, or put PgBouncer before it.")
        case .certificate:
            self.init(
                .denied, "The certificate of the store '\(database)' cannot be trusted. \(detail)",
                hint:
                    "Name the file of its issuer with 'sslrootcert' of 'store' in launch-config.yaml, and connect by the "
                    + "host name in the certificate.")
        case .noTLS:
            self.init(
                .denied, "The store '\(database)' offers no TLS. \(detail)",
                hint:
                    "Turn on 'ssl' at the server, or write 'sslmode: disable' if the network is private."
            )
        case .wrongPassword, .loginRefused:
            self.init(
                .denied, "The store '\(database)' refuses the login. \(detail)",
                hint:
                    "Check 'user' and 'password' of 'store' in launch-config.yaml, or PGPASSWORD and the file ~/.pgpass."
            )
        case .invalidParameter:
            self.init(
                .invalid, "The connection to the store '\(database)' cannot be described. \(detail)",
                hint: "Correct 'store' in launch-config.yaml.")
        case .unknownDatabase:
            self.init(
                .notADatabase, "The database '\(database)' does not exist. \(detail)",
                hint: "Create it with 'createdb', and make the store with 'launch store init'.")
        case .missingSchema:
            self.init(
                .notADatabase, "The database '\(database)' holds no store of this version. \(detail)",
                hint: "Make it with 'launch store init'.")
        case .insufficientPrivilege:
            self.init(
                .denied, "The database user has no right to do this in the store '\(database)'. \(detail)",
                hint: "An owner of the store grants a right: launch store grant ROLE USER.")
        case .readOnly:
            self.init(
                .denied, "The store '\(database)' is read-only: the server is a replica. \(detail)",
                hint: "Connect to the primary server.")
        case .full:
            self.init(
                .full, "The disk of the store '\(database)' is full. \(detail)", hint: "Free some space at the server.")
        case .conflict, .staleStatement:
            self.init(
                .busy, "Other programs changed the store '\(database)' at the same time. \(detail)", hint: "Try again.")
        case .unique:
            self.init(.exists, "The store '\(database)' has this entry already. \(detail)")
        case .tooLarge, .invalidValue, .check, .foreignKey:
            self.init(.invalid, "The store '\(database)' does not take this value. \(detail)")
        case .raised: self.init(raised: error)
        case .unexpected:
            self.init(.corrupt, "The server of '\(database)' gives an answer that is not PostgreSQL's. \(detail)")
        case .other:
            self.init(.internalFault, "A statement on the store '\(database)' failed. \(error.description)")
        }
    }

    /// A refusal by a function of the store. `PostgreSQLAccess` lists the codes.
    private init(raised error: PQError) {
        let code: Code =
            switch error.sqlState {
            case "LA001": .denied
            case "LA002": .unknown
            case "LA003": .invalid
            case "LA004": .exists
            case "LA005": .stale
            case "LA006": .refused
            case "LA007": .newer
            case "LA008": .busy
            default: .internalFault
            }
        let names = error.detail.flatMap { try? JSON.decode([String].self, from: Data($0.utf8)) } ?? []
        self.init(code, error.message, hint: error.hint, candidates: names)
    }
}
