extension PostgreSQLSchema {
    /// What runs print, for programs on other machines.
    ///
    /// A text is in parts, which have whole lines. It is removed with its run. The view has the rules of events: every
    /// user sees that a run has printed something, and only its author, the owners of its queue and viewers see what.
    static let texts = """
        CREATE TABLE launch.run_texts (
            run_id text COLLATE "C" NOT NULL REFERENCES launch.runs (id) ON DELETE CASCADE,
            -- log, build or rehearsal
            kind text COLLATE "C" NOT NULL,
            -- The number of the part, from 0.
            part bigint NOT NULL,
            -- The job of the backend, or the attempt, that printed it.
            source text COLLATE "C" NOT NULL,
            -- Where the backend's log continues after this part; NULL means that nothing follows.
            cursor text COLLATE "C",
            data text COLLATE "C" NOT NULL,
            PRIMARY KEY (run_id, kind, part)
        );

        CREATE VIEW launch_read.run_texts AS
            SELECT e.run_id, e.kind, e.part,
                CASE WHEN \(PostgreSQLAccess.eventIsShown) THEN e.source END AS source,
                CASE WHEN \(PostgreSQLAccess.eventIsShown) THEN e.cursor END AS cursor,
                CASE WHEN \(PostgreSQLAccess.eventIsShown) THEN e.data END AS data
            FROM launch.run_texts e;
        """
}
