/// The groups of database users of a store, and their rights.
///
/// The groups belong to the whole server, so their names begin with a prefix of the store. None of them can log in:
/// a database user gets the rights by membership.
struct PostgreSQLRoles: Sendable {
    /// The prefix of the groups' names.
    let prefix: String

    /// Nil if the prefix is not 1 to 40 lowercase letters, digits and '_', beginning with a letter.
    init?(prefix: String = "launch") {
        guard prefix.wholeMatch(of: /[a-z][a-z0-9_]{0,39}/) != nil else { return nil }
        self.prefix = prefix
    }

    /// The name of a group.
    func name(_ role: StoreRole) -> String { "\(prefix)_\(role.rawValue)" }

    /// The statements that make the groups, the tables and the rights. They can be repeated, and apply the missing
    /// migrations. Run them in one transaction, as a user that may create roles (CREATEROLE) and schemas.
    var statements: [String] {
        [groups, schemas, "SET LOCAL ROLE \(name(.owner))", PostgreSQLSchema.migrate(), rights, "RESET ROLE"]
    }

    /// The statements that make a user a member of a group, with limits that keep a forgotten transaction short. The
    /// user can set other limits in a session, and agents end a transaction that lasts too long.
    func grant(_ role: StoreRole, to user: String) -> [String] {
        let membership = "GRANT \(name(role)) TO \(Self.identifier(user))"
        guard role == .submitter || role == .viewer else { return [membership] }
        let limits = [
            ("statement_timeout", "60s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "30s"),
        ]
        return [membership]
            + limits.map { setting, value in
                """
                DO $launch_grant$ BEGIN
                    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET \(setting) = %L', \(Self.literal(user)),
                        current_database(), '\(value)');
                EXCEPTION WHEN insufficient_privilege THEN
                    RAISE WARNING '% may not set \(setting) of %', current_user, \(Self.literal(user));
                END $launch_grant$
                """
            }
    }

    /// The statement that ends a user's membership.
    func revoke(_ role: StoreRole, from user: String) -> String {
        "REVOKE \(name(role)) FROM \(Self.identifier(user))"
    }

    private var groups: String {
        """
        DO $$
        DECLARE
            role text;
        BEGIN
            -- A membership that exists already is no news.
            PERFORM set_config('client_min_messages', 'warning', true), set_config('lock_timeout', '10s', true);
            -- Two programs that change the same roles would fail.
            PERFORM pg_advisory_xact_lock(\(PostgreSQLSchema.advisoryLock));
            FOREACH role IN ARRAY ARRAY['\(name(.owner))', '\(name(.agent))', '\(name(.submitter))', '\(name(.viewer))']
            LOOP
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
                    BEGIN
                        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN
                        NULL; -- another program has made it meanwhile
                    END;
                END IF;
            END LOOP;
            -- From PostgreSQL 16 on, the maker of a role is a member that may not act as it. A member that may not grant
            -- the role may be able to act as it nevertheless; the next statement shows that.
            BEGIN
                EXECUTE format('GRANT \(name(.owner)) TO %I', current_user);
            EXCEPTION WHEN insufficient_privilege OR invalid_grant_operation THEN
                NULL;
            END;
            -- Without these, agents cannot end forgotten transactions of submitters. Not every administrator may grant
            -- them.
            IF NOT pg_has_role('\(name(.owner))', 'pg_signal_backend', 'MEMBER')
                OR NOT pg_has_role('\(name(.owner))', 'pg_read_all_stats', 'MEMBER') THEN
                BEGIN
                    GRANT pg_signal_backend, pg_read_all_stats TO \(name(.owner));
                EXCEPTION WHEN insufficient_privilege THEN
                    RAISE WARNING 'agents cannot end forgotten transactions: % may not grant pg_signal_backend',
                        current_user;
                END;
            END IF;
        END $$
        """
    }

    private var schemas: String {
        """
        DO $$
        BEGIN
            IF to_regnamespace('launch') IS NULL THEN CREATE SCHEMA launch AUTHORIZATION \(name(.owner)); END IF;
            IF to_regnamespace('launch_read') IS NULL THEN
                CREATE SCHEMA launch_read AUTHORIZATION \(name(.owner));
            END IF;
            -- As PostgreSQL 15 has it by itself.
            BEGIN
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            EXCEPTION WHEN insufficient_privilege OR invalid_schema_name THEN
                NULL;
            END;
        END $$
        """
    }

    private var rights: String {
        let (agent, submitter, viewer) = (name(.agent), name(.submitter), name(.viewer))
        return """
            INSERT INTO launch.settings (name, value) VALUES ('roles', '\(prefix)')
                ON CONFLICT (name) DO UPDATE SET value = excluded.value;
            REVOKE ALL ON SCHEMA launch, launch_read FROM PUBLIC;
            REVOKE ALL ON ALL TABLES IN SCHEMA launch, launch_read FROM PUBLIC, \(agent), \(submitter), \(viewer);
            REVOKE ALL ON ALL ROUTINES IN SCHEMA launch, launch_read FROM PUBLIC, \(agent), \(submitter), \(viewer);
            GRANT USAGE ON SCHEMA launch, launch_read TO \(agent), \(submitter), \(viewer);
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA launch TO \(agent);
            REVOKE INSERT, UPDATE, DELETE ON launch.settings FROM \(agent);
            GRANT EXECUTE ON ALL ROUTINES IN SCHEMA launch TO \(agent);
            GRANT SELECT ON ALL TABLES IN SCHEMA launch_read TO \(agent), \(submitter), \(viewer);
            GRANT EXECUTE ON FUNCTION launch.clock, launch.is_alive, launch.json_of, launch.is_member, launch.is_trusted,
                launch.reads_all, launch.own_queues, launch.owns_queue TO \(submitter), \(viewer);
            GRANT EXECUTE ON FUNCTION launch.submit, launch.request_stop, launch.set_priority, launch.move_run,
                launch.set_paused, launch.edit_queue, launch.create_job_version, launch.delete_job, launch.missing_pieces,
                launch.add_pieces, launch.use_source, launch.use_objects, launch.add_source TO \(submitter)
            """
    }

    private static func identifier(_ name: String) -> String { quoted(name, by: "\"") }

    private static func literal(_ text: String) -> String { quoted(text, by: "'") }

    /// By scalars: a quotation mark before a combining character is not a character of its own.
    private static func quoted(_ text: String, by mark: Unicode.Scalar) -> String {
        var quoted = String(mark)
        for scalar in text.unicodeScalars { quoted += scalar == mark ? "\(mark)\(mark)" : String(scalar) }
        return quoted + String(mark)
    }
}
