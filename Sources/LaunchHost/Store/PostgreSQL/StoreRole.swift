/// What a database user may do in a store. Each role is a group of users.
package enum StoreRole: String, Sendable, CaseIterable {
    /// Owns the tables: changes them, creates queues, grants rights.
    case owner
    /// Claims and runs. Reads and writes all rows.
    case agent
    /// Submits, and changes its own runs and jobs, by the functions of `PostgreSQLAccess`.
    case submitter
    /// Reads everything, and changes nothing.
    case viewer
}
