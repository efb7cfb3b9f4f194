/// How long a connection waits, and how much it reads. No call waits without a limit.
public struct PQLimits: Sendable, Hashable {
    /// From the beginning to a usable connection: the lookup of the name, all addresses, TLS and the login.
    public var connect: Duration
    /// For one address to accept the connection. Then the next address is tried.
    public var address: Duration
    /// After this time the server ends a statement, and a transaction whose client sends nothing.
    public var statement: Duration
    /// From a statement to its complete result. Then the connection is closed. More than `statement`, so that the server
    /// answers first.
    public var reply: Duration
    /// The number of rows of one result.
    public var rows: Int
    /// The size of one result in bytes, about: what is received while a row is incomplete is counted in large pieces.
    public var bytes: Int

    /// The default: 15 seconds, 1,000,000 rows and 256 MiB.
    public init(
        connect: Duration = .seconds(15), address: Duration = .seconds(5), statement: Duration = .seconds(10),
        reply: Duration = .seconds(15), rows: Int = 1_000_000, bytes: Int = 256 << 20
    ) {
        self.connect = connect
        self.address = address
        self.statement = statement
        self.reply = reply
        self.rows = rows
        self.bytes = bytes
    }
}
