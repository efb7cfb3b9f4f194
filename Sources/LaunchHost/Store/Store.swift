package import FoundationEssentials

/// Queues, jobs, runs and events, shared by all processes of one user on one machine.
///
/// Every call is one transaction: complete when it returns, and without effect if it throws. Calls are short, and block
/// instead of suspending. A change rings the doorbell of every listener.
public final class Store: Sendable {
    /// The folder of the store.
    package let home: LaunchHome

    /// One sentence for each path that was accessible to other users before the store was opened.
    public let repairs: [String]

    let database: Database
    let ownersFolder: Owners
    private let doorbell: Doorbell
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
        database = try Database(path: home.database, durability: durability)
        ownersFolder = Owners(folder: home.owners)
        doorbell = Doorbell(folder: home.bells)
        clock = now
    }

    /// A listener that gets every change of the store by any process, within milliseconds.
    /// - Throws: `.denied` or `.inputOutput` if its pipe cannot be created.
    public func listen() throws(StoreError) -> DoorbellListener {
        try doorbell.listen()
    }

    /// A number that changes when another connection has changed the database.
    /// - Throws: `StoreError` if the database cannot be read.
    public func dataVersion() throws(StoreError) -> Int64 {
        try database.read { connection throws(StoreError) in
            try connection.first("PRAGMA data_version") { row throws(StoreError) in
                try row.integer("data_version")
            } ?? 0
        }
    }

    package var now: Timestamp { Timestamp(clock()) }

    /// Runs a transaction, and then rings the doorbell.
    @discardableResult
    func write<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        let value = try database.write(body)
        doorbell.ring()
        return value
    }
}
