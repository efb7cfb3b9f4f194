internal import LaunchPostgreSQL

/// The tables of a store on PostgreSQL, as a list of migrations.
///
/// A released migration is never changed; a new one is appended. The tables and columns are those of SQLite, with the
/// same meaning: times are milliseconds since 1970, structured values are JSON text, flags are 0 or 1. They are in the
/// schema `launch`, and what other database users may do is in `PostgreSQLAccess`. It needs PostgreSQL 13 or newer.
enum PostgreSQLSchema {
    /// One step from a version of the tables to the next.
    struct Migration: Sendable {
        /// Statements, which run in one transaction with those of the other missing migrations.
        var sql: String
        /// Whether a program that does not know the migration must no longer use the tables.
        var stopsOlderPrograms = false
    }

    /// The migrations, in order.
    static let migrations = [
        Migration(sql: [clock, tables, indexes, counts, guards, wakeUps].joined(separator: "\n")),
        Migration(sql: PostgreSQLAccess.sql),
        Migration(sql: sources),
        Migration(sql: phases),
        Migration(sql: PostgreSQLAccess.pauses),
        Migration(sql: PostgreSQLAccess.moves),
        // A program that does not know the limits of queues would exceed them.
        Migration(sql: shares, stopsOlderPrograms: true),
        Migration(sql: texts),
        // A program that does not know the limits for instances would exceed them.
        Migration(sql: demands, stopsOlderPrograms: true),
        // A program that does not know the names of objects would not find those of others.
        Migration(sql: objects, stopsOlderPrograms: true),
        Migration(sql: outputs),
        Migration(sql: hooks),
        Migration(sql: changedTemplates),
        Migration(sql: budgets),
    ]

    /// Settings of a connection: each statement has an index in the order of its result. With old statistics, the planner
    /// may prefer to collect all waiting runs and sort them, for each claim. A sort that remains has a very high cost,
    /// for which the server would compile the statement by JIT, which takes 50 ms and more.
    static let planner = ["enable_sort = off", "enable_bitmapscan = off", "jit = off"]

    /// The version of the tables that this program knows: the number of its migrations.
    static var version: Int64 { Int64(migrations.count) }

    /// One statement that applies the missing migrations, all or none. It changes nothing if the tables are up to date,
    /// also when several programs run it at the same time.
    ///
    /// The caller needs the right to create the schema, or to change its tables. It refuses with a sentence and a hint:
    /// `LA007` if the tables are of a newer program that excludes this one, `LA006` with the names of the live owners
    /// that would be excluded, `LA008` if another session keeps the tables locked.
    static func migrate(_ migrations: [Migration] = migrations) -> String {
        let last = migrations.count
        let steps = migrations.enumerated().map { index, migration in
            """
                IF version < \(index + 1) THEN
                    EXECUTE $launch_migration$
            \(migration.sql)
                    $launch_migration$;
                END IF;
            """
        }
        // The number of the last migration that excludes programs without it.
        let needed = (migrations.lastIndex { $0.stopsOlderPrograms } ?? -1) + 1
        return """
            DO $launch_migrate$
            DECLARE
                version bigint;
                needed bigint;
                older text;
            BEGIN
                PERFORM set_config('lock_timeout', '10s', true);
                -- The tables have a lock of their own. An advisory lock, which any user of the database can hold, is
                -- needed only for the first migration, when the database has no other users.
                IF NOT \(exists) THEN PERFORM pg_advisory_xact_lock(\(advisoryLock)); END IF;
                IF NOT \(exists) THEN
                    IF to_regnamespace('launch') IS NULL THEN CREATE SCHEMA launch; END IF;
                    IF to_regnamespace('launch_read') IS NULL THEN CREATE SCHEMA launch_read; END IF;
                    CREATE TABLE launch.settings (
                        name text COLLATE "C" PRIMARY KEY,
                        value text COLLATE "C" NOT NULL
                    );
                END IF;
                -- A program that may only read the version needs no lock if there is nothing to do.
                \(readVersions)
                IF version < \(last) THEN
                    LOCK TABLE launch.settings IN SHARE ROW EXCLUSIVE MODE;
                    \(readVersions)
                END IF;
                IF needed > \(last) THEN
                    RAISE EXCEPTION USING ERRCODE = 'LA007',
                        MESSAGE = format('The store''s tables have version %s and exclude programs that know less than '
                            'version %s; this program knows up to %s.', version, needed, \(last)),
                        HINT = 'Use the newer launch that changed them.';
                END IF;
                IF version >= \(last) THEN RETURN; END IF;
                IF version > 0 AND \(needed) > version THEN
                    SELECT string_agg(format('%s %s on %s (process %s, version %s)', o.kind, o.id, o.host, o.pid,
                            coalesce(o.version, 'unknown')), ', ' ORDER BY o.started_at)
                        INTO older FROM launch.owners o WHERE launch.is_alive(o.lease_until) AND o.schema < \(needed);
                    IF older IS NOT NULL THEN
                        RAISE EXCEPTION USING ERRCODE = 'LA006',
                            MESSAGE = format('The store''s tables cannot be changed to version %s while these older '
                                'programs use them: %s.', \(last), older),
                            HINT = 'End them, replace them with this version of launch, and try again.';
                    END IF;
                END IF;
            \(steps.joined(separator: "\n"))
                INSERT INTO launch.settings (name, value)
                    VALUES ('version', '\(last)'), ('needed_version', '\(needed)')
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
            EXCEPTION WHEN lock_not_available THEN
                RAISE EXCEPTION USING ERRCODE = 'LA008',
                    MESSAGE = 'Another session has kept the store''s tables locked for more than 10 seconds.',
                    HINT = 'Try again. If it happens again, the view pg_locks shows the session.';
            END
            $launch_migrate$
            """
    }

    /// One row for every user of the store: the version of the tables, the lowest version that a program must know to use
    /// them, and the prefix of the groups' names (NULL without groups). The store is made if the view exists.
    static let versions = """
        SELECT coalesce(max(value::bigint) FILTER (WHERE name = 'version'), 0) AS version,
            coalesce(max(value::bigint) FILTER (WHERE name = 'needed_version'), 0) AS needed_version,
            max(value) FILTER (WHERE name = 'roles') AS roles
        FROM launch_read.settings
        """

    /// Why this program must not use the tables; nil if it may. Tables of a newer program that does not exclude this one
    /// are usable.
    /// - Throws: `missingSchema` without a store.
    static func problem(_ connection: PQConnection, database: String) throws(PQError) -> StoreError? {
        let found = try connection.first(versions) { (row: PQRow) throws(PQError) in
            (version: try row.integer("version"), needed: try row.integer("needed_version"))
        }
        guard let found else { return nil }
        return problem(version: found.version, needed: found.needed, database: database)
    }

    static func problem(version found: Int64, needed: Int64, database: String) -> StoreError? {
        if needed > version {
            return StoreError(
                .newer,
                "The tables of the store '\(database)' have version \(found) and exclude programs that know less than "
                    + "version \(needed); this program knows up to \(version).",
                hint: "Use the newer launch that changed them.")
        }
        guard found < version else { return nil }
        return StoreError(
            .notADatabase,
            "The tables of the store '\(database)' have version \(found); this program needs version \(version).",
            hint: "Let an owner of the store bring them up to date: launch store migrate")
    }

    private static let readVersions = """
        SELECT coalesce(max(value::bigint) FILTER (WHERE name = 'version'), 0),
                coalesce(max(value::bigint) FILTER (WHERE name = 'needed_version'), 0)
                INTO version, needed FROM launch.settings WHERE name IN ('version', 'needed_version');
        """

    /// Whether the tables exist. Unlike `to_regclass`, a query sees what another session has committed while this one
    /// waited for the advisory lock.
    private static let exists =
        "EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'launch' AND tablename = 'settings')"

    /// The text "LNCH" as a number, as in the header of a SQLite store.
    static let advisoryLock: Int64 = 0x4c4e_4348
}
