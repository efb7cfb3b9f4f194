extension PostgreSQLAccess {
    /// What only agents call.
    static let forAgents = #"""
        -- For agents: ends the sessions of submitters and viewers whose transaction is older than this. Such a
        -- transaction may hold the row of a run, and keeps the server from removing old versions of rows. Does nothing
        -- if the store's owner may not end sessions.
        CREATE FUNCTION launch.end_old_transactions(seconds bigint) RETURNS TABLE (pid bigint, role text)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp AS $$
        DECLARE prefix text := (SELECT s.value FROM settings s WHERE s.name = 'roles');
        BEGIN
            IF prefix IS NULL OR NOT pg_has_role(current_user, 'pg_signal_backend', 'MEMBER') THEN RETURN; END IF;
            -- Two steps: the server evaluates the conditions of a query in any order, so one that ends sessions would
            -- end others too.
            FOR pid, role IN SELECT a.pid, a.usename FROM pg_stat_activity a
                WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
                    AND a.xact_start < clock_timestamp() - make_interval(secs => seconds)
                    AND (pg_has_role(a.usesysid, (prefix || '_submitter')::name, 'MEMBER')
                        OR pg_has_role(a.usesysid, (prefix || '_viewer')::name, 'MEMBER'))
                    AND NOT pg_has_role(a.usesysid, (prefix || '_agent')::name, 'MEMBER')
                    AND NOT pg_has_role(a.usesysid, (prefix || '_owner')::name, 'MEMBER')
            LOOP
                IF pg_terminate_backend(pid::integer) THEN RETURN NEXT; END IF;
            END LOOP;
        END $$;
        """#
}
