extension PostgresSettings {
    /// The modes of TLS that libpq has, from none to full verification.
    package static let tlsModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    /// The value of `auth` with which the password is a password.
    package static let passwordMethod = "password"
    package static let types = ["sqlite", "postgres"]
    /// The value of `blobs` with which the database keeps them.
    package static let databaseBlobs = "database"
    /// A place of blobs in an object store.
    package static let exampleOfBlobs = "s3://bucket/launch"

    /// The keys of the block `store`.
    package static let fields: [Field] = [
        Field(
            "type", .choice(types), default: .string("sqlite"),
            help:
                "The database: sqlite for one machine, in the program's home; postgres for a team, version 13 or newer."
        ),
        Field(
            "url", .string, example: "postgresql://launch_agent@db.example:5432/launch",
            help: "The address of the database, without a password; instead of host, port, database and user."),
        Field(
            "service", .string, example: "launch",
            help: "A service of libpq's service file (~/.pg_service.conf), instead of an address."),
        Field(
            "host", .string, example: "db.example",
            help: "The host, or the folder of a Unix socket. Default: PGHOST, then the socket of this machine."),
        Field("port", .integer(1...65_535), example: "5432", help: "The port. Default: PGPORT, then 5432."),
        Field("database", .string, example: "launch", help: "The database. Default: PGDATABASE, then the user's name."),
        Field("user", .string, example: "launch_agent", help: "The database user. Default: PGUSER, then the account."),
        Field(
            "sslmode", .choice(tlsModes), example: "verify-full",
            help:
                "Whether TLS is used, and what is verified. Default: PGSSLMODE, then verify-full, or prefer on this machine."
        ),
        Field(
            "sslrootcert", .file, example: "/etc/launch/rds-global-bundle.pem",
            help:
                "The certificates of trusted authorities. Default: PGSSLROOTCERT, ~/.postgresql/root.crt, the system's."
        ),
        Field(
            "password", .secret, example: "env:LAUNCH_DB_PASSWORD",
            help:
                "Where the password is: env:VARIABLE, file:PATH, or a secret of the environment. Default: PGPASSWORD, PGPASSFILE, ~/.pgpass."
        ),
        Field(
            "auth", .string, default: .string(passwordMethod), example: passwordMethod,
            help: "How to log in: password, or a method of the environment, which then makes the password."),
        Field(
            "region", .string, example: "us-east-1", help: "The region of the server, for a method of the environment."),
        Field(
            "pooling", .choice(Pooling.allCases.map(\.rawValue)), default: .string(Pooling.automatic.rawValue),
            help:
                "What a pooler such as PgBouncer keeps for a client: its session, or a transaction. 'auto' finds a pooler and treats it as 'transaction', which works with both."
        ),
        Field(
            "blobs", .string, default: .string(databaseBlobs), example: exampleOfBlobs,
            help:
                "Where the sources of runs are kept: database, or a place in the object store of the environment, the same for all machines."
        ),
    ]
}
