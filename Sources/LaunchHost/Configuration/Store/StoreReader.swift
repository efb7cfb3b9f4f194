internal import LaunchPostgreSQL

/// Reads the block `store`: which keys contradict each other, and what their texts mean.
struct StoreReader {
    private let node: ConfigNode?
    private let options: Options
    private let known: KnownKeys
    /// The type of the environment.
    private let environment: String
    /// Whether the text of `url` may contain a password, so that its line is not shown.
    private var hasSecret = false
    private let path = FieldPath().appending(LaunchConfig.storeKey)

    init(_ node: ConfigNode?, _ values: [String: JSONValue]?, _ known: KnownKeys, environment: String?) {
        self.node = node
        options = Options(values ?? [:])
        self.known = known
        self.environment = environment ?? LaunchConfig.defaultType(of: .environment) ?? ""
    }

    /// The keys of an address that `url` and `service` replace.
    private static let parts = ["host", "port", "database", "user"]

    mutating func read(_ decoder: inout SchemaDecoder) -> StoreSettings {
        defer {
            if hasSecret { decoder.hideSource(ofLine: node?.entry("url")?.value.mark?.line) }
        }
        guard options.string("type") == "postgres" else {
            checkSQLite(&decoder)
            return .sqlite
        }
        var settings = PostgresSettings()
        checkAddress(&decoder)
        settings.keywords = address(&decoder)
        settings.pooling = options.string("pooling").flatMap(PostgresSettings.Pooling.init(rawValue:)) ?? .automatic
        settings.region = text("region", &decoder)
        settings.blobs = blobs(&decoder)
        settings.password = password(&decoder)
        checkLogin(settings, &decoder)
        checkTLS(settings, &decoder)
        return .postgres(settings)
    }

    // MARK: The address

    private func checkSQLite(_ decoder: inout SchemaDecoder) {
        let hasType = given("type")
        for entry in node?.entries ?? [] where entry.key != "type" && given(entry.key) {
            note(
                hasType
                    ? "\(Wording.quoted(entry.key)) belongs to the store type \"postgres\", not to \"sqlite\""
                    : "the store has \(Wording.quoted(entry.key)) and no \"type\"",
                hint: hasType ? "write type: postgres, or remove the key" : "add type: postgres", entry.key, &decoder)
            if !hasType { return }
        }
    }

    private func checkAddress(_ decoder: inout SchemaDecoder) {
        for whole in ["url", "service"] where given(whole) {
            for part in Self.parts + (whole == "url" ? ["service"] : []) where given(part) {
                note(
                    "\(Wording.quoted(part)) and \(Wording.quoted(whole)) of the store both say where the database is",
                    hint: "keep one of them", part, &decoder)
            }
        }
    }

    /// The keywords of the address and of TLS.
    private mutating func address(_ decoder: inout SchemaDecoder) -> [String: String] {
        var keywords = given("url") ? url(&decoder) : [:]
        for (key, keyword) in [("service", "service"), ("host", "host"), ("database", "dbname"), ("user", "user")] {
            if let text = text(key, &decoder) { keywords[keyword] = text }
        }
        if let host = options.string("host") { checkHost(host, &decoder) }
        if let port = options.integer("port") { keywords["port"] = "\(port)" }
        for key in ["sslmode", "sslrootcert"] {
            guard let text = options.string(key) else { continue }
            if keywords[key] != nil {
                note(
                    "the store has \(Wording.quoted(key)) twice: as a key, and in its \"url\"",
                    hint: "keep one of them", key, &decoder)
            }
            keywords[key] = text
        }
        return keywords
    }

    private mutating func url(_ decoder: inout SchemaDecoder) -> [String: String] {
        guard let text = options.string("url") else { return [:] }
        guard let found = PQConnection.keywords(ofURL: text) else {
            note(
                "\"url\" of the store is not the address of a PostgreSQL database",
                hint: "write it like postgresql://launch_agent@db.example:5432/launch", "url", &decoder)
            hasSecret = true
            return [:]
        }
        guard found["password"] == nil else {
            note(
                "\"url\" of the store contains a password",
                hint: "remove it from the file, and write password: env:VARIABLE or password: file:PATH", "url",
                &decoder)
            hasSecret = true
            return [:]
        }
        return found
    }

    private func checkHost(_ host: String, _ decoder: inout SchemaDecoder) {
        if host.contains("://") {
            note(
                "\"host\" of the store is a URL", hint: "write it as url:, or only the name of the host", "host",
                &decoder)
        } else if let match = host.wholeMatch(of: #/([^:\/]+):([0-9]+)/#) {
            note(
                "\"host\" of the store contains a port",
                hint: "write host: \(match.output.1) and port: \(match.output.2)", "host", &decoder)
        }
    }

    /// The text of a key, which must not be empty.
    private func text(_ key: String, _ decoder: inout SchemaDecoder) -> String? {
        guard let text = options.string(key) else { return nil }
        if text.allSatisfy(\.isWhitespace) || text.utf8.contains(0) {
            note("\(Wording.quoted(key)) of the store is empty", hint: "give it a value, or remove it", key, &decoder)
            return nil
        }
        return text
    }

    // MARK: The login

    private func password(_ decoder: inout SchemaDecoder) -> PostgresSettings.Password {
        let method = options.string("auth") ?? PostgresSettings.passwordMethod
        if method != PostgresSettings.passwordMethod {
            return checkMethod(method, &decoder) ? .made(method: method) : .standard
        }
        guard let reference = options.string("password") else { return .standard }
        let schemes = known.databaseLogins.flatMap { $0.kinds.schemes }
        let parts = reference.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["env", "file"].contains(parts[0]) || schemes.contains(parts[0]) else {
            note(
                "\"password\" of the store must say where the password is, and not be the password",
                hint: "write "
                    + Wording.either(["env:VARIABLE", "file:PATH"] + schemes.map { "\($0):NAME" })
                    + ", or omit the key for ~/.pgpass", "password", &decoder)
            return .standard
        }
        switch parts[0] {
        case "env":
            guard parts[1].wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
                note(
                    "\"password\" of the store does not name an environment variable after \"env:\"",
                    hint: "write it like env:LAUNCH_DB_PASSWORD", "password", &decoder)
                return .standard
            }
            return .variable(parts[1])
        case "file": return .file(decoder.document?.path(of: parts[1]) ?? parts[1])
        case let scheme:
            checkOwner(of: "password", scheme, &decoder) { $0.schemes.contains(scheme) }
            if let kinds = known.databaseLogins.first(where: { $0.kinds.schemes.contains(scheme) })?.kinds,
                let fault = kinds.fault(scheme, parts[1])
            {
                note("\"password\" of the store: \(fault)", hint: nil, "password", &decoder)
            }
            return .secret(scheme: scheme, name: parts[1])
        }
    }

    /// Whether an environment offers the method.
    private func checkMethod(_ method: String, _ decoder: inout SchemaDecoder) -> Bool {
        let methods = [PostgresSettings.passwordMethod] + known.databaseLogins.flatMap { $0.kinds.methods }
        guard methods.contains(method) else {
            note(
                "\"auth\" of the store must be \(Wording.either(methods)); found \(Wording.quoted(method))"
                    + SchemaDecoder.question(method, methods), hint: nil, "auth", &decoder)
            return false
        }
        checkOwner(of: "auth", method, &decoder) { $0.methods.contains(method) }
        if given("password") {
            note(
                "the store has \"password\", and auth: \(method) makes the password", hint: "remove one of the two",
                "password", &decoder)
        }
        return true
    }

    /// Reports a login that another type of environment offers.
    private func checkOwner(
        of key: String, _ name: String, _ decoder: inout SchemaDecoder, _ has: (DatabaseLoginKinds) -> Bool
    ) {
        let owners = known.databaseLogins.filter { has($0.kinds) }.map(\.type)
        guard !owners.contains(environment), let first = owners.first else { return }
        note(
            "\(Wording.quoted(name)) needs the environment type \(Wording.quoted(first)); this one is "
                + Wording.quoted(environment),
            hint: "add environment: {type: \(first)}", key, &decoder)
    }

    private func checkLogin(_ settings: PostgresSettings, _ decoder: inout SchemaDecoder) {
        guard case .made(let method) = settings.password else {
            if given("region"), options.string("auth") == PostgresSettings.passwordMethod {
                note(
                    "\"region\" of the store has no effect with auth: password", hint: "remove it", "region", &decoder)
            }
            return
        }
        let missing = ["host", "user"].filter { settings.keywords[$0] == nil }
        // An invalid URL is reported already.
        if !missing.isEmpty, !hasSecret {
            note(
                "auth: \(method) needs the \(Wording.all(missing)) of the store in this file",
                hint: "the password is made for one host and one user; add "
                    + missing.map { "\($0):" }.joined(separator: " and "), "auth", &decoder)
        }
        if let mode = settings.keywords["sslmode"], ["disable", "allow", "prefer"].contains(mode) {
            note(
                "auth: \(method) with sslmode: \(mode) may send the password unencrypted",
                hint: "remove sslmode, or write verify-full", "sslmode", &decoder)
        }
    }

    /// Warns of a connection that leaves the machine and does not verify whose server it is.
    private func checkTLS(_ settings: PostgresSettings, _ decoder: inout SchemaDecoder) {
        guard let mode = settings.keywords["sslmode"], let host = settings.keywords["host"],
            !host.split(separator: ",").allSatisfy({ PostgresSettings.isLoopback($0) })
        else { return }
        let isPlain = ["disable", "allow", "prefer"].contains(mode)
        // With a password that the environment makes, the first is an error already.
        if isPlain, case .made = settings.password { return }
        guard isPlain || mode == "require" else { return }
        note(
            isPlain
                ? "with sslmode: \(mode), the data of the store may cross the network unencrypted"
                : "with sslmode: \(mode), another server can pass itself off as the store's",
            hint: "remove it, or write sslmode: verify-full; sslrootcert: names the authority",
            given("sslmode") ? "sslmode" : "url", &decoder, severity: .warning)
    }

    // MARK: Blobs

    /// The place of blobs in an object store; nil for the database.
    private func blobs(_ decoder: inout SchemaDecoder) -> String? {
        guard let text = options.string("blobs"), text != PostgresSettings.databaseBlobs else { return nil }
        let isPlace = text.wholeMatch(of: #/[a-z][a-z0-9]*://[^/\s\p{Cc}]+(/[^\s\p{Cc}]*)?/#) != nil
        guard isPlace, text.utf8.count <= 1024 else {
            note(
                "\(Wording.quoted(text)) is not a place of blobs",
                hint:
                    "write blobs: database, or the address of a bucket with a prefix, such as \(PostgresSettings.exampleOfBlobs)",
                "blobs", &decoder)
            return nil
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }

    // MARK: Positions

    private func given(_ key: String) -> Bool {
        node?.entry(key).map { !$0.value.isNull } ?? false
    }

    private func note(
        _ message: String, hint: String?, _ key: String, _ decoder: inout SchemaDecoder,
        severity: Finding.Severity = .error
    ) {
        decoder.note(
            message, hint: hint, at: node?.entry(key)?.value.mark, path: path.appending(key), severity: severity)
    }
}
