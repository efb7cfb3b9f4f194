internal import FoundationEssentials
internal import LaunchPostgreSQL

extension StoreServer {
    /// Something about a server that a store works with, and that can lose or expose what is in it.
    package struct Warning: Sendable, Hashable {
        /// The problem.
        package var message: String
        /// What to do about it.
        package var hint: String
    }

    /// What a server and its connection are like.
    struct Facts: Sendable, Hashable {
        /// Whether commits are written to the disk.
        var writesToDisk = true
        /// Whether the server is a replica, or takes no writes for another reason.
        var isReadOnly = false
        /// The time of the server minus that of this machine, in milliseconds; the real difference may be smaller by half
        /// of the time that the question took.
        var clockDifference: Int64 = 0
        /// The time that the question took, in milliseconds.
        var roundTrip: Int64 = 0
    }

    /// A difference of the clocks that is smaller than this, in milliseconds, is not reported.
    static let clockTolerance: Int64 = 3_000

    /// Connects, and finds what a user of the store should know.
    /// - Throws: `StoreError` if the server cannot be reached or refuses the login.
    package func warnings() async throws(StoreError) -> [Warning] {
        let facts = try await connected { connection throws(PQError) in
            let begin = Timestamp(Date()).milliseconds
            let read = try connection.first(
                """
                SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS time,
                    current_setting('fsync') AS fsync,
                    pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only
                """
            ) { (row: PQRow) throws(PQError) in
                (time: try row.integer("time"), fsync: try row.text("fsync"), isReadOnly: try row.flag("read_only"))
            }
            let end = Timestamp(Date()).milliseconds
            guard let read else { return Facts() }
            let took = max(0, end.saturatingSubtracting(begin))
            return Facts(
                writesToDisk: read.fsync != "off", isReadOnly: read.isReadOnly,
                clockDifference: read.time.saturatingSubtracting(begin.saturatingAdding(took / 2)), roundTrip: took)
        }
        return Self.warnings(of: facts, transport)
    }

    /// The warnings about these facts.
    static func warnings(of facts: Facts, _ transport: Transport) -> [Warning] {
        var found: [Warning] = []
        if transport.leavesMachine, let mode = transport.tlsMode, !mode.hasPrefix("verify-") {
            found.append(
                Warning(
                    message:
                        "The connection to the store leaves this machine with sslmode '\(mode)', which does not verify "
                        + "the server, so others on the network can take its place.",
                    hint:
                        "Write 'sslmode: verify-full' in store of launch-config.yaml, with 'sslrootcert' if its issuer is "
                        + "your own."))
        }
        if facts.isReadOnly {
            found.append(
                Warning(
                    message:
                        "The server of the store is a replica or read-only, so runs can be listed and not submitted.",
                    hint: "Connect to the primary server."))
        }
        if !facts.writesToDisk {
            found.append(
                Warning(
                    message:
                        "The server of the store has fsync = off: a power failure can lose runs, or the whole store.",
                    hint: "Set fsync = on in postgresql.conf."))
        }
        let difference = facts.clockDifference.magnitude
        let sure = Int64(clamping: difference).saturatingSubtracting(facts.roundTrip / 2)
        if sure > clockTolerance {
            found.append(
                Warning(
                    message: "The clock of this machine is \(difference / 1_000) s "
                        + "\(facts.clockDifference > 0 ? "behind" : "ahead of") the clock of the store's server.",
                    hint:
                        "Synchronize both clocks, such as with chrony. Leases do not depend on it, but times in lists do."
                ))
        }
        return found
    }
}
