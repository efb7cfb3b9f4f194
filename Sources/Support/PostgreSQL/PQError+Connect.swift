extension PQError {
    /// The error of a failed connection from libpq's text, which has a paragraph for each attempted address:
    ///
    ///     connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  28P01: password authentication failed ...
    ///     DETAIL:  ...
    ///
    /// libpq has no code for such an error. A server's error has an SQLSTATE, which decides. Otherwise the texts of libpq
    /// decide, which are not translated, because the program sets no locale.
    /// - Parameter password: is removed from the texts, if a server sends it back.
    init(connecting text: String, password: String?) {
        var text = text
        if let password, !password.isEmpty { text = text.replacing(password, with: "***") }
        let attempts = Self.attempts(text)
        // With sslmode=prefer, libpq tries an address twice. The server's own words say more than those of the other attempt.
        if let refused = attempts.last(where: { $0.sqlState != nil }), let state = refused.sqlState {
            self.init(
                Self.kind(ofState: state), refused.message, sqlState: state,
                severity: refused.severity, detail: refused.fields["DETAIL"], hint: refused.fields["HINT"])
            return
        }
        let line = attempts.last?.message ?? ""
        for (kind, words) in Self.words where words.contains(where: { text.contains($0) }) {
            self.init(kind, line)
            return
        }
        self.init(.unreachable, line.isEmpty ? "The connection failed." : line)
    }

    /// The error of a connection that broke.
    init(lost message: String) {
        let line = Self.firstLine(message)
        let isNoise = ["lost synchronization", "unexpected response", "message contents do not agree"].contains {
            line.contains($0)
        }
        self.init(isNoise ? .unexpected : .unreachable, line.isEmpty ? "The connection broke." : line)
    }

    /// What libpq says of one address.
    private struct Attempt {
        var message: String
        var sqlState: String?
        var severity: String?
        /// The lines of a server's error after the first, by their titles.
        var fields: [String: String] = [:]
    }

    private static func attempts(_ text: String) -> [Attempt] {
        var attempts: [Attempt] = []
        for line in text.split(separator: "\n") {
            if let field = line.wholeMatch(of: #/(DETAIL|HINT|LOCATION|CONTEXT):  (.*)/#), !attempts.isEmpty {
                attempts[attempts.count - 1].fields[String(field.output.1)] = String(field.output.2)
            } else if let refusal = line.wholeMatch(of: #/(.*?)(\w+):  ([0-9A-Z]{5}): (.*)/#) {
                attempts.append(
                    Attempt(
                        message: firstLine(String(refusal.output.1 + refusal.output.4)),
                        sqlState: String(refusal.output.3), severity: String(refusal.output.2)))
            } else if !line.hasPrefix("\t"), !line.hasPrefix("Either provide the file") {
                attempts.append(Attempt(message: firstLine(String(line))))
            }
        }
        return attempts
    }

    /// Parts of libpq's texts, in the order in which they decide.
    private static let words: [(Kind, [String])] = [
        (.certificate, ["certificate verify failed", "does not match host name", "root certificate", "certificate"]),
        (.noTLS, ["server does not support SSL"]),
        (.wrongPassword, ["no password supplied"]),
        (
            .invalidParameter,
            [
                "invalid connection option", "invalid port number", "invalid integer value", "definition of service",
                "syntax error in service file", "service file", "invalid sslmode value", "value: \"", "could not match",
                "invalid channel_binding", "is too long",
            ]
        ),
        (.unknownHost, ["could not translate host name"]),
        (.timedOut, ["timeout expired", "Connection timed out"]),
        (
            .unexpected,
            [
                "expected authentication request", "received invalid response to SSL negotiation",
                "unrecognized SSL error", "wrong version number", "SSL error", "authentication method",
                "unsupported frontend protocol", "invalid SCRAM", "malformed SCRAM", "lost synchronization",
                "unexpected message from server", "invalid or unsupported",
            ]
        ),
    ]
}
