extension PostgreSQLAccess {
    /// The changes that a submitter may make. All run with the rights of the store's owner, and with a path on which
    /// the caller's temporary objects come last.
    static let functions = #"""
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
                PERFORM refuse('LA004', format('There is a run %L already.', run), 'Omit the ID; the program makes one.');
            END IF;
            PERFORM add_event(run, 'queued', NULL, 'submitted by ' || session_user);
            RETURN NEXT added;
        END $$;

        -- Stops a run that waits, or requests the stop of a run under way. Returns the effect: stopped, requested,
        -- alreadyRequested or alreadyEnded.
        CREATE FUNCTION launch.request_stop(run text, grace bigint DEFAULT NULL) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            known runs := own_run(run, 'stop');
            waits boolean := known.state = 'queued';
            asked text := format('%s requested a stop of the run.', session_user);
        BEGIN
            IF known.state IN ('succeeded', 'failed', 'stopped') THEN RETURN 'alreadyEnded'; END IF;
            IF grace NOT BETWEEN 0 AND 86400 THEN
                PERFORM refuse('LA003', format('The grace period is a time up to a day; found %s seconds.', grace),
                    'Use a number of seconds from 0 to 86400.');
            END IF;
            UPDATE runs r SET stop_requested_at = coalesce(r.stop_requested_at, clock()),
                    stop_requested_by = coalesce(r.stop_requested_by, session_user),
                    stop_grace = least(r.stop_grace, grace),
                    state = CASE WHEN waits THEN 'stopped' ELSE r.state END,
                    cause = CASE WHEN waits THEN stop_cause(format('Stopped while it waited in the queue, as %s asked.',
                        session_user)) ELSE r.cause END,
                    ended_at = CASE WHEN waits THEN clock() ELSE r.ended_at END
                WHERE r.id = run;
            IF known.stop_requested_at IS NULL THEN
                PERFORM add_event(run, CASE WHEN waits THEN 'stopped' ELSE known.state END, stop_cause(asked),
                    CASE WHEN waits THEN 'stopped while it waited'
                        ELSE 'stop requested' || coalesce(format(', grace %s s', grace), '') END);
            END IF;
            RETURN CASE WHEN waits THEN 'stopped' WHEN known.stop_requested_at IS NULL THEN 'requested'
                ELSE 'alreadyRequested' END;
        END $$;

        -- Changes the priority of a run that waits.
        CREATE FUNCTION launch.set_priority(run text, priority text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            known runs := waiting_run(run, 'change the priority of');
            rank bigint := rank_of(priority);
        BEGIN
            IF rank IS NULL THEN
                PERFORM refuse('LA003', format('%L is not a priority.', left(priority, 64)),
                    'Use critical, high, medium or low.');
            END IF;
            PERFORM check_limits(known_queue(known.queue), rank, false);
            IF rank = known.priority THEN RETURN; END IF;
            UPDATE runs r SET priority = rank WHERE r.id = run;
            PERFORM add_event(run, 'queued', NULL, format('priority %s, set by %s', set_priority.priority, session_user));
        END $$;

        -- Moves a run that waits to another queue of the same resource. What was resolved for the old queue is dropped.
        CREATE FUNCTION launch.move_run(run text, queue text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            known runs := waiting_run(run, 'move');
            target queues := known_queue(queue);
        BEGIN
            IF target.resource <> known.resource THEN
                PERFORM refuse('LA006', format('The run %L is for %L, and the queue %L is for %L.', run, known.resource,
                    target.name, target.resource), 'Submit it again for the other resource.');
            END IF;
            IF target.name = known.queue THEN RETURN; END IF;
            PERFORM check_limits(target, known.priority, known.author = session_user);
            UPDATE runs r SET queue = target.name, resolved = NULL, image = NULL, image_decision = NULL, request = NULL
                WHERE r.id = run;
            PERFORM add_event(run, 'queued', NULL,
                format('moved from queue %s to %s by %s', known.queue, target.name, session_user));
        END $$;

        -- Pauses or resumes a queue.
        CREATE FUNCTION launch.set_paused(queue text, is_paused boolean) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE flag bigint := CASE WHEN is_paused THEN 1 ELSE 0 END;
        BEGIN
            PERFORM own_queue(queue);
            UPDATE queues q SET paused = flag, updated_at = clock() WHERE q.name = queue AND q.paused <> flag;
        END $$;

        -- Replaces the definition of a queue; its name and its resource stay.
        CREATE FUNCTION launch.edit_queue(
            queue text, file_text text, file_name text, template text, variables text, allow_overrides text, policy text,
            retry text, owners text, limits text
        ) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        BEGIN
            PERFORM own_queue(queue);
            IF octet_length(coalesce(file_text, '')) + octet_length(coalesce(file_name, '')) > 1048576 THEN
                PERFORM refuse('LA003', 'The file of the queue has more than 1 MiB.', 'Shorten it.');
            END IF;
            IF template IS NULL OR variables IS NULL THEN
                PERFORM refuse('LA003', 'The template or the variables are missing.', 'Give both as JSON.');
            END IF;
            PERFORM check_json('template', template, 'object', 1048576);
            PERFORM check_json('list of variables', variables, 'value', 1048576);
            PERFORM check_json('list of overrides', allow_overrides, 'value', 65536);
            PERFORM check_json('policy', policy, 'object', 65536);
            PERFORM check_json('retry rules', retry, 'object', 65536);
            PERFORM check_json('list of owners', owners, 'array', 65536);
            PERFORM check_json('limits', limits, 'object', 65536);
            UPDATE queues q SET file_text = edit_queue.file_text, file_name = edit_queue.file_name,
                    template = edit_queue.template, variables = edit_queue.variables,
                    allow_overrides = edit_queue.allow_overrides, policy = edit_queue.policy, retry = edit_queue.retry,
                    owners = edit_queue.owners, limits = edit_queue.limits, updated_at = clock()
                WHERE q.name = queue;
        END $$;

        -- Adds a version to a job, and moves 'latest' and the aliases to it. A job belongs to the user that made it:
        -- the runs of others use its newest version. Returns the number of the version.
        CREATE FUNCTION launch.create_job_version(
            job text, source text, aliases text DEFAULT '[]', project text DEFAULT NULL, number bigint DEFAULT 1
        ) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            alias text;
            added bigint;
        BEGIN
            IF job IS NULL OR job !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' THEN
                PERFORM refuse('LA003', format('%L cannot be the name of a job.', left(job, 80)),
                    'Use 1 to 64 letters, digits, ''.'', ''_'' and ''-'', beginning with a letter or a digit.');
            END IF;
            IF source IS NULL THEN PERFORM refuse('LA003', 'The source is missing.', 'Give it as JSON.'); END IF;
            PERFORM check_json('source', source, 'object', 65536);
            PERFORM check_json('list of aliases', aliases, 'array', 65536);
            IF project IS NOT NULL THEN PERFORM check_name('project', project); END IF;
            IF number NOT BETWEEN 1 AND 1000000000 THEN
                PERFORM refuse('LA003', format('%s cannot be the number of a version.', number),
                    'Use a number from 1 to 1000000000.');
            END IF;
            INSERT INTO jobs AS j (name, last_version, author) VALUES (job, coalesce(number, 1), session_user)
                ON CONFLICT (name) DO UPDATE SET last_version = greatest(j.last_version + 1, coalesce(number, 1))
                    WHERE j.author = session_user OR is_trusted()
                RETURNING last_version INTO added;
            IF added IS NULL THEN
                PERFORM refuse('LA001', format('The job %L is not that of %L.', job, session_user),
                    'Use another name, or ask its author.');
            END IF;
            INSERT INTO job_versions (name, version, source, created_at, project)
                VALUES (job, added, create_job_version.source, clock(), coalesce(create_job_version.project, (
                    SELECT v.project FROM job_versions v WHERE v.name = job ORDER BY v.version DESC LIMIT 1)));
            PERFORM point_alias(job, 'latest', added);
            FOR alias IN SELECT jsonb_array_elements_text(create_job_version.aliases::jsonb) LOOP
                IF alias IS NULL OR alias !~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$' OR alias = 'latest'
                    OR alias ~ '^v[0-9]+$' THEN
                    PERFORM refuse('LA003', format('%L cannot be an alias of a job.', left(alias, 140)),
                        'Use 1 to 128 letters, digits, ''.'', ''_'' and ''-''; the program sets latest, v1, v2.');
                END IF;
                PERFORM point_alias(job, alias, added);
            END LOOP;
            RETURN added;
        END $$;

        CREATE FUNCTION launch.point_alias(job text, alias text, version bigint) RETURNS void
        LANGUAGE sql SET search_path = launch, pg_temp AS $$
            INSERT INTO job_aliases (name, alias, version) VALUES (job, point_alias.alias, point_alias.version)
            ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version
        $$;

        -- Removes a job, or one version of it. Returns the number of versions that were removed.
        CREATE FUNCTION launch.delete_job(job text, which bigint DEFAULT NULL) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            known jobs;
            removed bigint;
            newest bigint;
        BEGIN
            SELECT * INTO known FROM jobs j WHERE j.name = job;
            IF known.name IS NULL THEN
                PERFORM refuse('LA002', format('The job %L does not exist.', left(job, 64)), 'launch job list shows the jobs.',
                    (SELECT coalesce(json_agg(j.name ORDER BY j.name), '[]')::text FROM jobs j));
            END IF;
            IF known.author IS DISTINCT FROM session_user AND NOT is_trusted() THEN
                PERFORM refuse('LA001', format('The job %L is not that of %L.', job, session_user), 'Ask its author.');
            END IF;
            PERFORM 1 FROM jobs j WHERE j.name = job FOR UPDATE;
            WITH gone AS (DELETE FROM job_versions v WHERE v.name = job AND (which IS NULL OR v.version = which) RETURNING 1)
                SELECT count(*) INTO removed FROM gone;
            IF removed = 0 AND which IS NOT NULL THEN
                PERFORM refuse('LA002', format('The job %L has no version %s.', job, which),
                    format('launch job list %s shows the existing ones.', job));
            END IF;
            SELECT max(v.version) INTO newest FROM job_versions v WHERE v.name = job;
            IF newest IS NULL THEN
                DELETE FROM jobs j WHERE j.name = job;
            ELSE
                PERFORM point_alias(job, 'latest', newest);
            END IF;
            RETURN removed;
        END $$;

        -- For agents: ends the sessions of submitters and viewers whose transaction is older than this. Such a
        -- transaction may hold the row of a run, and keeps the server from removing old versions of rows. Does nothing
        -- if the store's owner may not end sessions.
        CREATE FUNCTION launch.end_old_transactions(seconds bigint) RETURNS TABLE (pid bigint, role text)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp AS $$
        DECLARE prefix text := (SELECT s.value FROM settings s WHERE s.name = 'roles');
        BEGIN
            IF prefix IS NULL OR NOT pg_has_role(current_user, 'pg_signal_backend', 'MEMBER') THEN RETURN; END IF;
            RETURN QUERY SELECT a.pid::bigint, a.usename::text FROM pg_stat_activity a
                WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
                    AND a.xact_start < clock_timestamp() - make_interval(secs => seconds)
                    AND (pg_has_role(a.usesysid, (prefix || '_submitter')::name, 'MEMBER')
                        OR pg_has_role(a.usesysid, (prefix || '_viewer')::name, 'MEMBER'))
                    AND NOT pg_has_role(a.usesysid, (prefix || '_agent')::name, 'MEMBER')
                    AND NOT pg_has_role(a.usesysid, (prefix || '_owner')::name, 'MEMBER')
                    AND pg_terminate_backend(a.pid);
        END $$;
        """#
}
