extension PostgreSQLAccess {
    /// How a submitter changes a run, and an owner of its queue.
    static let runChanges = #"""
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
                        WHEN grace IS NULL THEN 'stop requested'
                        ELSE format('stop requested, grace %s s', grace) END);
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
            PERFORM add_event(run, 'queued', NULL,
                format('priority %s, set by %s', set_priority.priority, session_user));
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
        """#
}
