extension PostgreSQLAccess {
    /// How a run that waits gets another priority or another queue, in its columns and in its spec. An agent refuses a row
    /// whose columns contradict its spec.
    static let moves = #"""
        -- The spec with another value of one member. The text of all other members stays as it is: other readers of JSON
        -- may write a number differently.
        CREATE FUNCTION launch.spec_with(spec text, member text, content text) RETURNS text
        LANGUAGE sql IMMUTABLE SET search_path = launch, pg_temp AS $$
            SELECT '{' || string_agg(to_json(m.key)::text || ':' || CASE WHEN m.key = member
                THEN to_json(content)::text ELSE m.value::text END, ',' ORDER BY m.position) || '}'
            FROM json_each(spec::json) WITH ORDINALITY AS m (key, value, position)
        $$;

        CREATE OR REPLACE FUNCTION launch.set_priority(run text, priority text) RETURNS void
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
            UPDATE runs r SET priority = rank, spec = spec_with(r.spec, 'priority', set_priority.priority)
                WHERE r.id = run;
            PERFORM add_event(run, 'queued', NULL,
                format('priority %s, set by %s', set_priority.priority, session_user));
        END $$;

        \#(moveRun(alsoDropping: []))
        """#

    /// The function that moves a run.
    /// - Parameter assignments: those of columns that later migrations have added.
    static func moveRun(alsoDropping assignments: [String]) -> String {
        #"""
        -- What was resolved for the old queue is dropped, and the run does not wait for the old queue's backend.
        CREATE OR REPLACE FUNCTION launch.move_run(run text, queue text) RETURNS void
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
            UPDATE runs r SET queue = target.name, spec = spec_with(r.spec, 'queue', target.name), resolved = NULL,
                    image = NULL, image_decision = NULL, request = NULL, not_before = NULL, waiting_since = NULL\#(assignments.map { ", \($0)" }.joined())
                WHERE r.id = run;
            PERFORM add_event(run, 'queued', NULL,
                format('moved from queue %s to %s by %s', known.queue, target.name, session_user));
        END $$;
        """#
    }
}
