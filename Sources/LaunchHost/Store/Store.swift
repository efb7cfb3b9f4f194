package import FoundationEssentials

/// Queues, jobs, runs and events: shared by all processes of one user on one machine, or by a team on a PostgreSQL server.
///
/// Every call is one transaction: complete when it returns, and without effect if it throws. A change rings the doorbell
/// of every listener.
public final class Store: Sendable {
    /// The folder of the store.
    package let home: LaunchHome

    /// One sentence for each path that was accessible to other users before the store was opened.
    public let repairs: [String]

    /// Whether the author of each run is the user that the server has authenticated.
    package let authenticatesAuthors: Bool

    let database: Database
    /// The connection for large values, so that they do not delay the calls of runs; nil on one machine.
    let bulk: Database?
    let owners: any OwnerRegistry
    private let changes: @Sendable () throws(StoreError) -> StoreListener
    private let clock: @Sendable () -> Date
    /// The account that submits runs.
    let author = SystemUser.name

    /// Opens the store in `home`, and creates missing folders and tables.
    /// - Parameter now: the clock for all times.
    /// - Throws: `.denied`, `.notADatabase`, `.newer`, `.corrupt`, `.full` or `.busy`, with the path and what to do.
    package convenience init(home: LaunchHome, now: @escaping @Sendable () -> Date = { Date() }) throws(StoreError) {
        try self.init(home: home, durability: .powerFailure, now: now)
    }

    init(
        home: LaunchHome, durability: Database.Durability, now: @escaping @Sendable () -> Date = { Date() }
    ) throws(StoreError) {
        repairs = try home.make()
        self.home = home
        authenticatesAuthors = false
        let doorbell = Doorbell(folder: home.bells)
        let owners = Owners(folder: home.owners, clock: { Timestamp(now()) })
        database = try .sqlite(
            path: home.database, durability: durability, clock: { Timestamp(now()) }, isAlive: { owners.isAlive($0) },
            notify: { doorbell.ring() })
        bulk = nil
        self.owners = owners
        changes = { () throws(StoreError) in try doorbell.listen() }
        clock = now
    }

    /// Opens a store on a PostgreSQL server. The server is contacted by the first call.
    /// - Parameters:
    ///   - home: the folder for what stays on this machine, such as logs.
    ///   - name: the database for messages, without a password.
    ///   - patience: repeats reads while the server is away; nil lets them fail.
    ///   - pooling: what a connection pooler before the server does with a session.
    ///   - parameters: keywords of libpq for a new connection.
    /// - Throws: `.denied` if the folder cannot be used.
    package init(
        home: LaunchHome, postgreSQL name: String, patience: StorePatience? = nil,
        pooling: PostgresSettings.Pooling = .automatic,
        parameters: @escaping @Sendable () throws(StoreError) -> [String: String]
    ) throws(StoreError) {
        repairs = try home.make()
        self.home = home
        authenticatesAuthors = true
        // Commits of several connections wait for the server's disk together. An agent on two cores has no use for more.
        let decoded = DecodedValues()
        database = try Database(connections: 4, patience: patience) { () throws(StoreError) -> sending any Connection in
            PostgreSQLConnection(path: name, pooling: pooling, decoded: decoded, parameters: parameters)
        }
        bulk = try Database(patience: patience) { () throws(StoreError) -> sending any Connection in
            PostgreSQLConnection(path: name, pooling: pooling, parameters: parameters)
        }
        owners = LeasedOwners(database: database)
        changes = { PostgreSQLListener.start(pooling: pooling, parameters: parameters) }
        clock = { Date() }
    }

    /// Opens the store of a server.
    /// - Parameter patience: repeats reads while the server is away; nil lets them fail.
    /// - Throws: `.denied` if the folder cannot be used.
    package convenience init(
        home: LaunchHome, server: StoreServer, patience: StorePatience? = nil
    ) throws(StoreError) {
        try self.init(
            home: home, postgreSQL: server.name, patience: patience, pooling: server.transport.pooling,
            parameters: server.parameters)
    }

    /// A listener that gets every change of the store by any process, within milliseconds.
    /// - Throws: `.denied` or `.inputOutput` if its pipe cannot be created.
    public func listen() async throws(StoreError) -> StoreListener {
        try changes()
    }

    package var now: Timestamp { Timestamp(clock()) }

    /// Runs a transaction, and then rings the doorbell.
    @discardableResult
    func write<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        try await database.write(body)
    }
}
