extension PostgreSQLSchema {
    /// The sources of a team: pieces of blobs, and which of them are a source.
    ///
    /// Each submitter has pieces of its own. If submitters shared them, the question whether a piece is there would tell
    /// one of them whether another one has a file.
    static let sources = #"""
        CREATE TABLE launch.pieces (
            author text COLLATE "C" NOT NULL,
            digest text COLLATE "C" NOT NULL,
            size bigint NOT NULL,
            data bytea NOT NULL,
            used_at bigint NOT NULL DEFAULT launch.clock(),
            PRIMARY KEY (author, digest)
        );

        -- A source of a submitter: the list of its pieces as JSON, and where they are; NULL means this database.
        CREATE TABLE launch.sources (
            name text COLLATE "C" NOT NULL,
            author text COLLATE "C" NOT NULL,
            pieces text COLLATE "C" NOT NULL,
            place text COLLATE "C",
            bytes bigint NOT NULL,
            added_at bigint NOT NULL DEFAULT launch.clock(),
            used_at bigint NOT NULL DEFAULT launch.clock(),
            PRIMARY KEY (name, author)
        );

        -- A piece stays as long as a source has it.
        CREATE TABLE launch.source_pieces (
            name text COLLATE "C" NOT NULL,
            author text COLLATE "C" NOT NULL,
            digest text COLLATE "C" NOT NULL,
            PRIMARY KEY (name, author, digest),
            FOREIGN KEY (name, author) REFERENCES launch.sources (name, author) ON DELETE CASCADE,
            FOREIGN KEY (author, digest) REFERENCES launch.pieces (author, digest)
        );
        CREATE INDEX source_pieces_by_digest ON launch.source_pieces (author, digest);

        -- The bytes of each submitter's pieces. Who adds pieces locks its row, so that no number of connections gets
        -- past the limit.
        CREATE TABLE launch.piece_usage (
            author text COLLATE "C" PRIMARY KEY,
            bytes bigint NOT NULL
        );

        -- A limit in bytes: the setting of this name if it is a number, otherwise the standard.
        CREATE FUNCTION launch.byte_limit(limit_name text, standard bigint) RETURNS bigint
        LANGUAGE sql STABLE SET search_path = launch, pg_temp AS $$
            SELECT coalesce((SELECT s.value::bigint FROM settings s
                WHERE s.name = limit_name AND s.value ~ '^[0-9]{1,18}$'), standard)
        $$;

        -- Refuses a source that is larger than the database takes.
        CREATE FUNCTION launch.check_source_size(bytes bigint) RETURNS void
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE most bigint := byte_limit('source_bytes', 104857600);
        BEGIN
            IF bytes > most THEN
                PERFORM refuse('LA006', format('The source has %s MB; the database takes sources of up to %s MB.',
                    ceil(bytes / 1e6), floor(most / 1e6)),
                    'Name in .dockerignore what the image does not need, or keep sources in an object store: '
                    '''launch config explain store.blobs'' says how.');
            END IF;
        END $$;

        -- Those of the digests that the user has not added. The others are in use from now on.
        CREATE FUNCTION launch.missing_pieces(digests text, bytes bigint) RETURNS SETOF text
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        BEGIN
            PERFORM check_json('list of digests', digests, 'array', 1048576);
            PERFORM check_source_size(bytes);
            UPDATE pieces p SET used_at = clock() WHERE p.author = session_user
                AND p.digest IN (SELECT jsonb_array_elements_text(digests::jsonb))
                AND p.used_at < clock() - 3600000;
            RETURN QUERY SELECT DISTINCT wanted.digest
                FROM (SELECT jsonb_array_elements_text(digests::jsonb) AS digest) AS wanted
                WHERE NOT EXISTS (SELECT 1 FROM pieces p WHERE p.author = session_user AND p.digest = wanted.digest);
        END $$;

        -- Adds pieces, a JSON array of texts in base64, under the names that the server computes. Returns the number of
        -- pieces that were not there.
        CREATE FUNCTION launch.add_pieces(added text) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            item text;
            content bytea;
            used bigint;
            total bigint;
            number bigint := 0;
            most bigint := byte_limit('author_bytes', 1073741824);
            most_of_all bigint := byte_limit('store_bytes', 10737418240);
        BEGIN
            IF added IS NULL THEN PERFORM refuse('LA003', 'The list of pieces is missing.', 'Give it as JSON.'); END IF;
            PERFORM check_json('list of pieces', added, 'array', 8388608);
            INSERT INTO piece_usage AS u (author, bytes) VALUES (session_user, 0)
                ON CONFLICT (author) DO UPDATE SET bytes = u.bytes RETURNING u.bytes INTO used;
            SELECT sum(u.bytes) INTO total FROM piece_usage u WHERE u.author <> session_user;
            FOR item IN SELECT jsonb_array_elements_text(added::jsonb) LOOP
                BEGIN
                    content := decode(item, 'base64');
                EXCEPTION WHEN OTHERS THEN
                    content := NULL;
                END;
                IF content IS NULL OR octet_length(content) NOT BETWEEN 1 AND 1048576 THEN
                    PERFORM refuse('LA003', 'A piece is not 1 to 1048576 bytes in base64.',
                        'Use launch, which writes it in this form.');
                END IF;
                INSERT INTO pieces (author, digest, size, data)
                    VALUES (session_user, encode(sha256(content), 'hex'), octet_length(content), content)
                    ON CONFLICT DO NOTHING;
                IF FOUND THEN
                    number := number + 1;
                    used := used + octet_length(content);
                ELSE
                    UPDATE pieces p SET used_at = clock() WHERE p.author = session_user
                        AND p.digest = encode(sha256(content), 'hex') AND p.used_at < clock() - 3600000;
                END IF;
            END LOOP;
            IF number > 0 AND used > most THEN
                PERFORM refuse('LA006', format('The sources of %L would have more than %s MB in the database, the most '
                    'of one user.', session_user, floor(most / 1e6)),
                    'A day after their last use, sources are removed. Keep larger ones in an object store: '
                    '''launch config explain store.blobs'' says how.');
            END IF;
            IF number > 0 AND coalesce(total, 0) + used > most_of_all THEN
                PERFORM refuse('LA006', format('The sources of all users would have more than %s MB in the database, '
                    'the most that it takes.', floor(most_of_all / 1e6)),
                    'A day after their last use, sources are removed. Keep them in an object store: '
                    '''launch config explain store.blobs'' says how.');
            END IF;
            UPDATE piece_usage u SET bytes = used WHERE u.author = session_user;
            RETURN number;
        END $$;

        -- Whether the user has added a source of this name. It is in use from now on.
        CREATE FUNCTION launch.use_source(source text) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        BEGIN
            UPDATE sources s SET used_at = clock() WHERE s.name = source AND s.author = session_user;
            RETURN FOUND;
        END $$;

        -- Makes a source of pieces that the user has added; with a place, of pieces that are there. A source that is
        -- there already is not changed.
        CREATE FUNCTION launch.add_source(source text, list text, place text DEFAULT NULL) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp SET lock_timeout = '5s' AS $$
        DECLARE
            total bigint := 0;
            number bigint;
            found_number bigint;
        BEGIN
            IF source IS NULL OR source !~ '^[0-9a-f]{64}$' THEN
                PERFORM refuse('LA003', format('%L is not the name of a source.', left(source, 80)),
                    'Use the 64 hex digits of its digest.');
            END IF;
            IF list IS NULL THEN PERFORM refuse('LA003', 'The list of pieces is missing.', 'Give it as JSON.'); END IF;
            PERFORM check_json('list of pieces', list, 'object', 8388608);
            IF jsonb_typeof(list::jsonb -> 'pieces') IS DISTINCT FROM 'array' THEN
                PERFORM refuse('LA003', 'The list of pieces has no array ''pieces''.',
                    'Use launch, which writes it in this form.');
            END IF;
            IF place IS NOT NULL AND (octet_length(place) > 1024 OR place !~ '^[a-z0-9]+://[^[:cntrl:][:space:]]+$') THEN
                PERFORM refuse('LA003', format('%L is not the place of pieces.', left(place, 80)),
                    'Use the address of an object store: a scheme, a bucket and a prefix.');
            END IF;
            IF use_source(source) THEN RETURN; END IF;
            IF (SELECT count(*) FROM sources s WHERE s.author = session_user) >= 10000 THEN
                PERFORM refuse('LA006', format('%L has 10000 sources in the store, the most of one user.', session_user),
                    'A day after their last use, sources are removed.');
            END IF;
            SELECT count(DISTINCT p ->> 'digest') INTO number FROM jsonb_array_elements(list::jsonb -> 'pieces') AS p;
            IF place IS NULL THEN
                SELECT count(*), coalesce(sum(p.size), 0) INTO found_number, total FROM pieces p
                    WHERE p.author = session_user AND p.digest IN (
                        SELECT wanted ->> 'digest' FROM jsonb_array_elements(list::jsonb -> 'pieces') AS wanted);
                IF found_number <> number OR number = 0 THEN
                    PERFORM refuse('LA003', format('The store has %s of the %s pieces of the source.', found_number,
                        number), 'Submit the source again, which sends the others.');
                END IF;
                PERFORM check_source_size(total);
            END IF;
            INSERT INTO sources (name, author, pieces, place, bytes)
                VALUES (source, session_user, list, add_source.place, total) ON CONFLICT DO NOTHING;
            IF FOUND AND place IS NULL THEN
                INSERT INTO source_pieces (name, author, digest)
                    SELECT DISTINCT source, session_user::text, wanted ->> 'digest'
                    FROM jsonb_array_elements(list::jsonb -> 'pieces') AS wanted;
            END IF;
        END $$;

        -- A run or a job of a submitter names a source of its own, or the source of a job: others stay unknown to it.
        -- The source is in use from now on.
        CREATE FUNCTION launch.use_source_of(source text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = launch, pg_temp AS $$
        BEGIN
            IF source IS NULL OR use_source(source) AND NOT is_trusted() THEN RETURN; END IF;
            IF is_trusted() OR EXISTS (SELECT 1 FROM job_versions v
                WHERE v.source LIKE '%"snapshot":%' AND json_of(v.source) #>> '{code,snapshot}' = use_source_of.source) THEN
                UPDATE sources s SET used_at = clock() WHERE s.name = use_source_of.source;
                RETURN;
            END IF;
            PERFORM refuse('LA002', format('The store has no source %L of %L.', left(source, 12), session_user),
                'Submit the folder itself, with launch submit --source, which sends it.');
        END $$;
        CREATE FUNCTION launch.use_source_of_run() RETURNS trigger
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        BEGIN
            PERFORM use_source_of(json_of(NEW.spec) #>> '{source,code,snapshot}');
            RETURN NEW;
        END $$;
        CREATE FUNCTION launch.use_source_of_job() RETURNS trigger
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        BEGIN
            PERFORM use_source_of(json_of(NEW.source) #>> '{code,snapshot}');
            RETURN NEW;
        END $$;
        -- In JSON, the letters of a name may be written as '\u' and digits.
        CREATE TRIGGER runs_use_source BEFORE INSERT ON launch.runs FOR EACH ROW
            WHEN (position('snapshot' IN NEW.spec) > 0 OR position('\u' IN NEW.spec) > 0)
            EXECUTE FUNCTION launch.use_source_of_run();
        CREATE TRIGGER jobs_use_source BEFORE INSERT ON launch.job_versions FOR EACH ROW
            WHEN (position('snapshot' IN NEW.source) > 0 OR position('\u' IN NEW.source) > 0)
            EXECUTE FUNCTION launch.use_source_of_job();

        -- For agents: removes sources that no waiting or live run and no job names, and pieces that no source has, if
        -- they were not used for this time in milliseconds. Returns the number of bytes that were removed.
        CREATE FUNCTION launch.remove_unused_sources(unused bigint) RETURNS bigint
        LANGUAGE plpgsql SET search_path = launch, pg_temp AS $$
        DECLARE
            latest bigint := clock() - greatest(unused, 3600000);
            removed bigint;
        BEGIN
            -- In this order, as add_pieces locks them.
            PERFORM 1 FROM piece_usage u ORDER BY u.author FOR UPDATE;
            DELETE FROM sources s WHERE s.used_at < latest AND s.name NOT IN (
                SELECT json_of(v.source) #>> '{code,snapshot}' FROM job_versions v
                    WHERE json_of(v.source) #>> '{code,snapshot}' IS NOT NULL
                UNION ALL SELECT json_of(r.spec) #>> '{source,code,snapshot}' FROM runs r
                    WHERE r.state = 'queued' AND json_of(r.spec) #>> '{source,code,snapshot}' IS NOT NULL
                UNION ALL SELECT json_of(r.spec) #>> '{source,code,snapshot}' FROM runs r
                    WHERE r.state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                        AND json_of(r.spec) #>> '{source,code,snapshot}' IS NOT NULL);
            WITH gone AS (
                DELETE FROM pieces p WHERE p.used_at < latest AND NOT EXISTS (
                    SELECT 1 FROM source_pieces sp WHERE sp.author = p.author AND sp.digest = p.digest)
                RETURNING p.author, p.size
            ), sums AS (SELECT gone.author, sum(gone.size)::bigint AS bytes FROM gone GROUP BY gone.author),
            counted AS (
                UPDATE piece_usage u SET bytes = greatest(u.bytes - sums.bytes, 0) FROM sums
                WHERE u.author = sums.author RETURNING sums.bytes
            ) SELECT coalesce(sum(counted.bytes), 0)::bigint INTO removed FROM counted;
            RETURN removed;
        END $$;
        """#
}
