extension PostgreSQLAccess {
    /// How an owner of a queue changes it.
    static let queueChanges = #"""
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
            queue text, file_text text, file_name text, template text, variables text, allow_overrides text,
            policy text, retry text, owners text, limits text
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
        """#

    /// Who paused a queue, and when.
    static let pauses = #"""
        ALTER TABLE launch.queues ADD COLUMN paused_by text COLLATE "C", ADD COLUMN paused_at bigint;

        CREATE OR REPLACE FUNCTION launch.set_paused(queue text, is_paused boolean) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE flag bigint := CASE WHEN is_paused THEN 1 ELSE 0 END;
        BEGIN
            PERFORM own_queue(queue);
            UPDATE queues q SET paused = flag, updated_at = clock(),
                    paused_by = CASE WHEN is_paused THEN session_user END,
                    paused_at = CASE WHEN is_paused THEN clock() END
                WHERE q.name = queue AND q.paused <> flag;
        END $$;

        """# + queueView(also: ["paused_by", "paused_at"])
}
