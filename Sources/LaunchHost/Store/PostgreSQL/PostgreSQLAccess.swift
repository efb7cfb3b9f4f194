/// What database users may read and do who are neither agents nor owners of the store.
///
/// They have no rights on the tables. They read the views of the schema `launch_read`, which have the names and columns
/// of the tables, and change the store by functions of the schema `launch`, which run with the rights of the store's
/// owner and decide by `session_user`, the user that the server has authenticated.
///
/// A refusal has one sentence, a hint, and a code:
///
///     LA001  denied: the user may not do this
///     LA002  unknown: no queue, run or job has this name; the detail is a JSON array of the existing names
///     LA003  invalid: a value that the store does not take
///     LA004  exists: the name is in use
///     LA005  stale: the run has a new owner (for the statements of agents)
///     LA006  refused: the present state does not permit it
///     LA007  newer: the tables are of a newer program
///     LA008  busy: another session holds what the statement needs
///
/// The functions run with a path on which the temporary objects of the caller come last.
enum PostgreSQLAccess {
    /// All statements, in order.
    static let sql = [identity, checks, views, submit, runChanges, queueChanges, jobChanges, forAgents].joined(
        separator: "\n")

    /// Who the user is.
    static let identity = #"""
        CREATE FUNCTION launch.refuse(code text, sentence text, advice text, names text DEFAULT NULL) RETURNS void
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        BEGIN
            IF names IS NULL THEN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = sentence, HINT = advice; END IF;
            RAISE EXCEPTION USING ERRCODE = code, MESSAGE = sentence, HINT = advice, DETAIL = names;
        END $$;

        -- Whether the user is a member of the store's group of this kind: owner, agent, submitter or viewer.
        CREATE FUNCTION launch.is_member(kind text) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = launch, pg_temp AS $$
            SELECT coalesce(bool_or(pg_has_role(session_user, r.oid, 'MEMBER')), false)
            FROM settings s JOIN pg_roles r ON r.rolname = s.value || '_' || kind WHERE s.name = 'roles'
        $$;

        -- Whether the user may do everything: agents, and owners of the store.
        CREATE FUNCTION launch.is_trusted() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = launch, pg_temp AS $$
            SELECT is_member('owner') OR is_member('agent')
        $$;

        -- Whether the user may read the details of all runs.
        CREATE FUNCTION launch.reads_all() RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = launch, pg_temp AS $$
            SELECT is_member('viewer') OR is_trusted()
        $$;

        -- JSON, or NULL if the text is not JSON: one wrong value must not end the statements of all users.
        CREATE FUNCTION launch.json_of(content text) RETURNS jsonb
        LANGUAGE plpgsql IMMUTABLE SET search_path = launch, pg_temp AS $$
        BEGIN
            RETURN content::jsonb;
        EXCEPTION WHEN OTHERS THEN
            RETURN NULL;
        END $$;

        -- The queues whose file names the user as an owner.
        CREATE FUNCTION launch.own_queues() RETURNS text[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = launch, pg_temp AS $$
            SELECT coalesce(array_agg(q.name), '{}') FROM queues q
            WHERE q.owners IS NOT NULL AND json_of(q.owners) ? session_user::text
        $$;

        CREATE FUNCTION launch.owns_queue(queue text) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = launch, pg_temp AS $$
            SELECT is_trusted() OR coalesce(queue = ANY (own_queues()), false)
        $$;

        -- The rank of a priority; 0 is the most urgent. NULL for any other text.
        CREATE FUNCTION launch.rank_of(priority text) RETURNS bigint
        LANGUAGE sql IMMUTABLE SET search_path = launch, pg_temp AS $$
            SELECT array_position(ARRAY['critical', 'high', 'medium', 'low'], priority) - 1::bigint
        $$;
        """#
}
