extension PostgreSQLAccess {
    /// How a submitter changes the jobs that it has made.
    static let jobChanges = #"""
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
                PERFORM refuse('LA002', format('The job %L does not exist.', left(job, 64)),
                    'launch job list shows the jobs.',
                    (SELECT coalesce(json_agg(j.name ORDER BY j.name), '[]')::text FROM jobs j));
            END IF;
            IF known.author IS DISTINCT FROM session_user AND NOT is_trusted() THEN
                PERFORM refuse('LA001', format('The job %L is not that of %L.', job, session_user), 'Ask its author.');
            END IF;
            PERFORM 1 FROM jobs j WHERE j.name = job FOR UPDATE;
            DELETE FROM job_versions v WHERE v.name = job AND (which IS NULL OR v.version = which);
            GET DIAGNOSTICS removed = ROW_COUNT;
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
        """#
}
