extension PostgreSQLAccess {
    /// How a submitter adds a run.
    static let submit = #"""
        -- Adds a run to the queue that the spec names. The server sets everything that is not in the spec; the author
        -- is the user of the connection.
        CREATE FUNCTION launch.submit(run text, spec text) RETURNS SETOF launch.runs
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            parsed jsonb;
            queue queues;
            rank bigint;
            added runs;
        BEGIN
            IF run IS NULL OR run !~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$' THEN
                PERFORM refuse('LA003', format('%L is not a run ID.', left(run, 40)),
                    'Use 1 to 32 of a-z, 0-9 and ''-'', not beginning or ending with ''-''.');
            END IF;
            IF spec IS NULL THEN PERFORM refuse('LA003', 'The spec is missing.', 'Give it as JSON.'); END IF;
            PERFORM check_json('spec', spec, 'object', 1048576);
            parsed := spec::jsonb;
            -- Readers of JSON differ in which of two members with one name they take.
            IF EXISTS (SELECT 1 FROM json_object_keys(spec::json) AS key GROUP BY key HAVING count(*) > 1) THEN
                PERFORM refuse('LA003', 'The spec has two members with the same name.', 'Remove one of them.');
            END IF;
            IF jsonb_typeof(parsed -> 'author') IS DISTINCT FROM 'string' OR parsed ->> 'author' <> session_user THEN
                PERFORM refuse('LA001', format('The spec names the author %L; this is the connection of %L.',
                    left(parsed ->> 'author', 64), session_user),
                    'The author of a run is always the user of the connection.');
            END IF;
            queue := known_queue(coalesce(parsed ->> 'queue', ''));
            IF parsed ->> 'resource' IS DISTINCT FROM queue.resource THEN
                PERFORM refuse('LA003', format('The spec is for %L, and the queue %L is for %L.',
                    left(parsed ->> 'resource', 64), queue.name, queue.resource), 'Choose another queue.');
            END IF;
            rank := rank_of(parsed ->> 'priority');
            IF rank IS NULL THEN
                PERFORM refuse('LA003', format('%L is not a priority.', left(parsed ->> 'priority', 64)),
                    'Use critical, high, medium or low.');
            END IF;
            PERFORM check_name('project', parsed ->> 'project');
            PERFORM check_name('entity', parsed ->> 'entity');
            PERFORM check_name('name of the run', coalesce(parsed ->> 'name', run));
            PERFORM check_limits(queue, rank, true);
            INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at)
                VALUES (run, queue.name, queue.resource, coalesce(parsed ->> 'name', run), parsed ->> 'project',
                    session_user, rank, 'queued', submit.spec, clock())
                ON CONFLICT (id) DO NOTHING RETURNING * INTO added;
            IF added.id IS NULL THEN
                PERFORM refuse('LA004', format('There is a run %L already.', run),
                    'Omit the ID; the program makes one.');
            END IF;
            PERFORM add_event(run, 'queued', NULL, 'submitted by ' || session_user);
            RETURN NEXT added;
        END $$;
        """#
}
