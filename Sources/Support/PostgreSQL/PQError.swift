internal import LaunchLines

/// A failure of a connection or of a statement.
///
/// It has the texts of the server and of libpq, each cut at 2,000 bytes, and never a connection string or a password.
public struct PQError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a caller decides by.
    public enum Kind: Sendable, Hashable {
        /// No server answers at the address, or the connection broke.
        case unreachable
        /// The host name has no address.
        case unknownHost
        /// A limit of time passed, here or at the server.
        case timedOut
        /// The server's certificate is expired, has another name or another issuer, or no root certificate is there.
        case certificate
        /// The server offers no TLS, and the caller demands it.
        case noTLS
        /// The password is wrong or missing.
        case wrongPassword
        /// The server does not admit this user from this address with this kind of connection.
        case loginRefused
        /// A parameter of the connection is invalid, or the service is not in the service file.
        case invalidParameter
        case unknownDatabase
        /// A schema, table, column or function does not exist.
        case missingSchema
        case insufficientPrivilege
        /// The server is a replica, or the transaction is read-only.
        case readOnly
        /// The server's disk is full.
        case full
        case tooManyConnections
        /// The server stops, starts, or ended the connection on an administrator's order.
        case shuttingDown
        /// The transaction lost against a concurrent one. It can be repeated.
        case conflict
        /// The server forgot a prepared statement, or its tables changed. The transaction can be repeated.
        case staleStatement
        case unique
        case check
        case foreignKey
        /// A value that the server cannot store, such as text with U+0000.
        case invalidValue
        /// RAISE of a function; also each SQLSTATE whose class is free for applications (it begins with I to Z, or 5 to 9
        /// and is none of PostgreSQL's).
        case raised
        /// The result has more rows or bytes than the limit.
        case tooLarge
        /// The server does not speak PostgreSQL's protocol, or a result has not the form that the caller expects.
        case unexpected
        case other
    }

    public internal(set) var kind: Kind
    /// The five characters of the SQLSTATE; nil if the failure is not the server's.
    public let sqlState: String?
    /// `ERROR`, `FATAL` or `PANIC`, if the server reported the failure.
    public let severity: String?
    /// One line.
    public let message: String
    public let detail: String?
    public let hint: String?
    /// The violated constraint.
    public let constraint: String?
    /// Whether the connection broke after a statement was sent: it may have been carried out.
    public var outcomeUnknown = false

    public var description: String {
        sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
    }

    init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, severity: String? = nil, detail: String? = nil,
        hint: String? = nil, constraint: String? = nil
    ) {
        self.kind = kind
        self.sqlState = sqlState
        self.severity = severity
        self.message = Self.cut(message)
        self.detail = detail.map(Self.cut)
        self.hint = hint.map(Self.cut)
        self.constraint = constraint.map(Self.cut)
    }

    /// The error of a failed statement.
    init(_ result: PQResult) {
        guard let state = result.sqlState, let message = result.primaryMessage else {
            self.init(lost: result.message)
            return
        }
        self.init(
            Self.kind(ofState: state), message, sqlState: state, severity: result.severity,
            detail: result.detail, hint: result.hint, constraint: result.constraint)
    }

    static func firstLine(_ text: String) -> String {
        let line = text.split(separator: "\n", omittingEmptySubsequences: true).first ?? ""
        return line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    private static func cut(_ text: String) -> String {
        TextCut.parts(of: text, limit: 2_000).first.map(String.init) ?? ""
    }

    /// The meaning of an SQLSTATE.
    static func kind(ofState state: String) -> Kind {
        if let kind = kinds[state] { return kind }
        switch state.prefix(2) {
        case "08": return .unreachable
        case "22": return .invalidValue
        case "28": return .loginRefused
        case "40": return .conflict
        case "57": return state == "57014" ? .timedOut : .shuttingDown
        case "53", "54", "55", "58", "72", "XX", "P0": return .other
        case let group:
            // The SQL standard leaves these classes to implementations and their users.
            return group.first.map { ("5"..."9").contains($0) || ("I"..."Z").contains($0) } == true ? .raised : .other
        }
    }

    private static let kinds: [String: Kind] = [
        "28P01": .wrongPassword, "3D000": .unknownDatabase, "3F000": .missingSchema, "42P01": .missingSchema,
        "42703": .missingSchema, "42883": .missingSchema, "42501": .insufficientPrivilege, "25006": .readOnly,
        "53100": .full, "53300": .tooManyConnections, "55P03": .timedOut, "25P03": .timedOut, "26000": .staleStatement,
        "23505": .unique, "23514": .check, "23503": .foreignKey, "P0001": .raised,
    ]
}

/// An error that a failed statement can be turned into. A closure that reads rows throws errors of one type, and so does
/// the call that runs it.
public protocol PQFailure: Error {
    init(_ failure: PQError)
}

extension PQError: PQFailure {
    public init(_ failure: PQError) {
        self = failure
    }
}
