extension PostgreSQLAccess {
    /// The checks that several functions share. Each refuses with a sentence and a hint.
    static let checks = #"""
        -- Refuses a text that is not JSON of this type ('value' is any), or is too long.
        CREATE FUNCTION launch.check_json(what text, content text, type text, most bigint) RETURNS void
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        BEGIN
            IF content IS NULL THEN RETURN; END IF;
            IF octet_length(content) > most THEN
                PERFORM refuse('LA003', format('The %s has %s bytes; at most %s are stored.', what,
                    octet_length(content), most), 'Store large values in files or in the image.');
            END IF;
            IF json_of(content) IS NULL OR type NOT IN ('value', jsonb_typeof(json_of(content))) THEN
                PERFORM refuse('LA003', format('The %s is not a JSON %s.', what, type),
                    'Use launch, which writes it in this form.');
            END IF;
        END $$;

        -- Refuses a text that is not 1 to 128 characters, or that has characters which a name must not have. Agents
        -- apply the full grammar of names again.
        CREATE FUNCTION launch.check_name(what text, name text) RETURNS void
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        BEGIN
            IF name IS NULL OR char_length(name) NOT BETWEEN 1 AND 128 OR name ~ '[[:cntrl:]!-*,/:-<>?\[-^`{-~]'
                OR name ~ '^[ .+@=-]' OR name ~ '[ .]$' OR position('..' IN name) > 0 THEN
                PERFORM refuse('LA003', format('The %s %s is not a valid name.', what,
                    coalesce(quote_literal(left(name, 40)), 'is missing and')),
                    'Use 1 to 128 letters, digits, spaces, ''.'', ''_'', ''-'', ''+'', ''@'' and ''='', beginning '
                    'with a letter, a digit or ''_''.');
            END IF;
        END $$;

        -- The queue, for a change by its owner.
        CREATE FUNCTION launch.own_queue(queue text) RETURNS launch.queues
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE known queues;
        BEGIN
            known := known_queue(queue);
            IF NOT owns_queue(queue) THEN
                PERFORM refuse('LA001', format('The queue %L is not that of %L.', queue, session_user),
                    'Ask an owner of the queue; launch queue show shows them.');
            END IF;
            RETURN known;
        END $$;

        CREATE FUNCTION launch.known_queue(queue text) RETURNS launch.queues
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE known queues;
        BEGIN
            SELECT * INTO known FROM queues q WHERE q.name = queue;
            IF NOT FOUND THEN
                PERFORM refuse('LA002', format('The queue %L does not exist.', left(queue, 64)),
                    'launch queue list shows the queues.',
                    (SELECT coalesce(json_agg(q.name ORDER BY q.name), '[]')::text FROM queues q));
            END IF;
            RETURN known;
        END $$;

        -- Refuses a priority above the limit of the queue, and a waiting run above the number that a submitter may have.
        CREATE FUNCTION launch.check_limits(queue launch.queues, rank bigint, is_added boolean) RETURNS void
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE
            limits jsonb := coalesce(json_of(queue.limits), '{}');
            highest text := limits ->> 'priority';
            most bigint := CASE WHEN jsonb_typeof(limits -> 'waiting') = 'number'
                THEN least((limits ->> 'waiting')::numeric, 1000000)::bigint ELSE 10000 END;
            waiting bigint;
        BEGIN
            IF owns_queue(queue.name) THEN RETURN; END IF;
            IF rank < rank_of(highest) THEN
                PERFORM refuse('LA001', format('The queue %L takes priorities up to %L from %L.', queue.name, highest,
                    session_user), format('Use --priority %s, or ask an owner of the queue.', highest));
            END IF;
            IF NOT is_added THEN RETURN; END IF;
            SELECT count(*) INTO waiting FROM (SELECT 1 FROM runs r WHERE r.author = session_user
                AND r.queue = check_limits.queue.name AND r.state = 'queued' LIMIT most) AS mine;
            IF waiting >= most THEN
                PERFORM refuse('LA006', format('%L has %s runs waiting in the queue %L, as many as it takes.',
                    session_user, waiting, queue.name), 'Try again when some of them have begun, or stop some.');
            END IF;
        END $$;

        -- The run, locked for a change by its author or by an owner of its queue.
        CREATE FUNCTION launch.own_run(run text, verb text) RETURNS launch.runs
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE known runs;
        BEGIN
            SELECT * INTO known FROM runs r WHERE r.id = run;
            IF NOT FOUND THEN
                PERFORM refuse('LA002', format('The run %L does not exist.', left(run, 32)),
                    'launch list shows the runs.');
            END IF;
            IF known.author <> session_user AND NOT owns_queue(known.queue) THEN
                PERFORM refuse('LA001', format('The run %L is that of %L; %L may not %s it.', run, known.author,
                    session_user, verb), 'Ask its author, or an owner of its queue.');
            END IF;
            -- Locked only after the check, so that no user can lock a row of another.
            SELECT * INTO STRICT known FROM runs r WHERE r.id = run FOR UPDATE;
            RETURN known;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM refuse('LA008',
                format('Another session has changed the run %L and not ended its transaction.', run), 'Try again.');
        END $$;

        CREATE FUNCTION launch.waiting_run(run text, verb text) RETURNS launch.runs
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE known runs := own_run(run, verb);
        BEGIN
            IF known.state <> 'queued' OR known.queue IS NULL OR known.stop_requested_at IS NOT NULL THEN
                PERFORM refuse('LA006', format('The run %L is %s and does not wait in a queue.', run,
                    CASE WHEN known.state = 'queued' THEN 'about to stop' ELSE known.state END),
                    'Only a run that waits can be moved or get another priority.');
            END IF;
            RETURN known;
        END $$;

        CREATE FUNCTION launch.add_event(run text, state text, cause text, message text) RETURNS void
        LANGUAGE sql SET search_path = launch, pg_temp AS $$
            INSERT INTO events (run_id, at, state, cause, message) VALUES (run, clock(), state, cause, message)
        $$;

        -- A cause of a user's stop, in the canonical form of launch.
        CREATE FUNCTION launch.stop_cause(sentence text) RETURNS text
        LANGUAGE sql IMMUTABLE SET search_path = launch, pg_temp AS $$
            SELECT '{"code":"user-stop","message":' || to_json(sentence)::text || '}'
        $$;
        """#
}
