public import FoundationEssentials

/// Queues, jobs, runs and events, shared by all processes of one user on one machine.
///
/// Every call is one transaction: done as a whole when it returns, or not at all when it throws. Calls are short and
/// wait instead of suspending. After a change every listener is rung.
public final class Store: Sendable {
    /// The folder that it is in.
    public let home: LaunchHome

    /// What was open to other users and was closed when the store was opened, one sentence each.
    public let repairs: [String]

    let database: Database
    let ownersFolder: Owners
    private let doorbell: Doorbell
    private let clock: @Sendable () -> Date
    /// The account that runs are submitted by.
    let author = SystemUser.name

    /// Opens the store in `home`, and makes what is missing of folders and tables.
    /// - Parameter now: the clock that times are taken from.
    /// - Throws: `.denied`, `.notADatabase`, `.newer`, `.corrupt`, `.full` or `.busy`, with the path and what to do.
    public convenience init(home: LaunchHome, now: @escaping @Sendable () -> Date = { Date() }) throws(StoreError) {
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

    /// A listener that hears every change of the store, by whichever process, within milliseconds.
    /// - Throws: `.denied` or `.inputOutput` where its pipe cannot be made.
    public func listen() throws(StoreError) -> DoorbellListener {
        try doorbell.listen()
    }

    /// A number that changes when another connection has changed the database.
    /// - Throws: `StoreError` where the database cannot be read.
    public func dataVersion() throws(StoreError) -> Int64 {
        try database.read { connection throws(StoreError) in
            try connection.first("PRAGMA data_version") { row throws(StoreError) in
                try row.integer("data_version")
            } ?? 0
        }
    }

    var now: Timestamp { Timestamp(clock()) }

    /// A transaction, and the bell after it.
    @discardableResult
    func write<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        let value = try database.write(body)
        doorbell.ring()
        return value
    }
}
