/// The tables of the database, as a list of migrations.
///
/// A released migration is never changed; a new one is appended. `user_version` is the number of applied migrations.
/// Times are milliseconds since 1970; structured values are JSON.
enum Schema {
    /// The text "LNCH": distinguishes databases of this program from others.
    static let applicationID: Int64 = 0x4c4e_4348

    /// Applies the missing migrations in one transaction.
    static func migrate(_ connection: SQLiteConnection, _ migrations: [String] = migrations) throws(StoreError) {
        let latest = Int64(migrations.count)
        if try version(connection) == latest, try owner(connection) == applicationID { return }
        try connection.transaction { () throws(StoreError) in
            let version = try version(connection)
            let owner = try owner(connection)
            let tables = try connection.first("SELECT count(*) AS n FROM sqlite_schema") { row throws(StoreError) in
                try row.integer("n")
            }
            guard owner == applicationID || (owner == 0 && version == 0 && tables == 0) else {
                throw StoreError(
                    .notADatabase, "The file '\(connection.path)' is a database of another program.",
                    hint: "Move it away, or set LAUNCH_HOME to another folder.")
            }
            guard version >= 0 else {
                throw StoreError(
                    .notADatabase,
                    "The database '\(connection.path)' has version \(version); launch never writes a negative one.",
                    hint: "Restore it from a backup, or set LAUNCH_HOME to another folder.")
            }
            guard version <= latest else {
                throw StoreError(
                    .newer,
                    "The database '\(connection.path)' has version \(version); this program knows up to \(latest).",
                    hint: "Use the newer launch that changed it, or set LAUNCH_HOME to another folder.")
            }
            for step in migrations.dropFirst(Int(clamping: version)) { try connection.script(step) }
            try connection.script("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(latest)")
        }
    }

    private static func version(_ connection: SQLiteConnection) throws(StoreError) -> Int64 {
        try connection.first("PRAGMA user_version") { row throws(StoreError) in try row.integer("user_version") } ?? 0
    }

    private static func owner(_ connection: SQLiteConnection) throws(StoreError) -> Int64 {
        try connection.first("PRAGMA application_id") { row throws(StoreError) in
            try row.integer("application_id")
        } ?? 0
    }

    /// The migrations, in order.
    static let migrations = [
        """
        CREATE TABLE queues (
            name TEXT PRIMARY KEY,
            resource TEXT NOT NULL,
            file_text TEXT,
            file_name TEXT,
            template TEXT NOT NULL,
            variables TEXT NOT NULL,
            allow_overrides TEXT,
            paused INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE jobs (
            name TEXT PRIMARY KEY,
            last_version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_versions (
            name TEXT NOT NULL REFERENCES jobs (name) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            source TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (name, version)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_aliases (
            name TEXT NOT NULL,
            alias TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (name, alias),
            FOREIGN KEY (name, version) REFERENCES job_versions (name, version) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE runs (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            queue TEXT,
            resource TEXT NOT NULL,
            name TEXT NOT NULL,
            project TEXT NOT NULL,
            author TEXT NOT NULL,
            priority INTEGER NOT NULL,
            state TEXT NOT NULL,
            cause TEXT,
            backend_status TEXT,
            spec TEXT NOT NULL,
            resolved TEXT,
            image TEXT,
            image_decision TEXT,
            request TEXT,
            handle TEXT,
            outcome TEXT,
            owner TEXT,
            claim_token INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            stop_requested_at INTEGER,
            stop_grace INTEGER,
            submitted_at INTEGER NOT NULL,
            not_before INTEGER,
            claimed_at INTEGER,
            started_at INTEGER,
            ended_at INTEGER,
            released_at INTEGER
        ) STRICT;
        CREATE INDEX runs_ready ON runs (queue, priority, sequence) WHERE state = 'queued';
        CREATE INDEX runs_live ON runs (sequence) WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped');
        CREATE INDEX runs_unreleased ON runs (sequence)
            WHERE state IN ('succeeded', 'failed', 'stopped') AND handle IS NOT NULL AND released_at IS NULL;
        CREATE INDEX runs_by_queue ON runs (queue, state, sequence);
        CREATE INDEX runs_by_state ON runs (state, sequence);

        CREATE TABLE events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            state TEXT NOT NULL,
            cause TEXT,
            message TEXT
        ) STRICT;
        CREATE INDEX events_by_run ON events (run_id, seq);
        CREATE TRIGGER events_stay BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
        CREATE TRIGGER events_remain BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
        """,
        // Attempts of one run, retry rules, and an index for the frequent queries of an agent with ten thousand live
        // runs.
        """
        ALTER TABLE queues ADD COLUMN retry TEXT;
        ALTER TABLE runs ADD COLUMN waiting_since INTEGER;
        ALTER TABLE runs ADD COLUMN past_attempts TEXT;
        CREATE INDEX runs_owned ON runs (owner, queue, resource, id)
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped');
        CREATE INDEX runs_to_stop ON runs (owner, sequence)
            WHERE stop_requested_at IS NOT NULL AND state NOT IN ('queued', 'succeeded', 'failed', 'stopped');
        """,
        // Whether the owner works on the run itself, and the number of owners that ended meanwhile.
        """
        ALTER TABLE runs ADD COLUMN working INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
        """,
        // The permissions of a submitter in addition to overrides. The policy of a queue without it has no keys: except
        // for `allow_overrides`, everything is denied.
        """
        ALTER TABLE queues ADD COLUMN policy TEXT;
        """,
        // When the wait of a requeued run began: a clock that is set back must not extend the wait.
        """
        ALTER TABLE runs ADD COLUMN requeued_at INTEGER;
        """,
        // Who requested the stop of a run.
        """
        ALTER TABLE runs ADD COLUMN stop_requested_by TEXT;
        """,
        // The project of a job's version; NULL means the project 'default'. Lists select by project.
        """
        ALTER TABLE job_versions ADD COLUMN project TEXT;
        CREATE INDEX runs_by_project ON runs (project, sequence);
        """,
        // Events are deleted after their run, which 'launch prune' archives first. Events of an existing run cannot be
        // deleted.
        """
        DROP TRIGGER events_remain;
        CREATE TRIGGER events_remain BEFORE DELETE ON events WHEN EXISTS (SELECT 1 FROM runs WHERE id = OLD.run_id)
            BEGIN SELECT RAISE(ABORT, 'events are never removed before their run'); END;
        """,
        // The number of runs by queue and state, so that no call counts rows: an agent and a submitter look at a queue
        // for each run, and ended runs are never few. An empty name means no queue. The index lists a queue's runs
        // without sorting them.
        """
        CREATE TABLE run_counts (
            queue TEXT NOT NULL,
            state TEXT NOT NULL,
            runs INTEGER NOT NULL,
            PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO run_counts SELECT coalesce(queue, ''), state, count(*) FROM runs GROUP BY 1, 2;
        CREATE TRIGGER runs_counted AFTER INSERT ON runs BEGIN
            INSERT INTO run_counts VALUES (coalesce(NEW.queue, ''), NEW.state, 1)
                ON CONFLICT (queue, state) DO UPDATE SET runs = runs + 1;
        END;
        CREATE TRIGGER runs_recounted AFTER UPDATE OF state, queue ON runs
            WHEN OLD.state <> NEW.state OR OLD.queue IS NOT NEW.queue
        BEGIN
            UPDATE run_counts SET runs = runs - 1 WHERE queue = coalesce(OLD.queue, '') AND state = OLD.state;
            INSERT INTO run_counts VALUES (coalesce(NEW.queue, ''), NEW.state, 1)
                ON CONFLICT (queue, state) DO UPDATE SET runs = runs + 1;
        END;
        CREATE TRIGGER runs_uncounted AFTER DELETE ON runs BEGIN
            UPDATE run_counts SET runs = runs - 1 WHERE queue = coalesce(OLD.queue, '') AND state = OLD.state;
        END;
        CREATE INDEX runs_in_queue ON runs (queue, sequence);
        """,
        // Who paused a queue, and when.
        """
        ALTER TABLE queues ADD COLUMN paused_by TEXT;
        ALTER TABLE queues ADD COLUMN paused_at INTEGER;
        """,
        // The owners and limits of a queue, and each submitter's use of it. The indexes list the waiting runs of each
        // submitter in their order, and count those that owners hold.
        """
        ALTER TABLE queues ADD COLUMN owners TEXT;
        ALTER TABLE queues ADD COLUMN limits TEXT;
        CREATE TABLE shares (
            queue TEXT NOT NULL,
            author TEXT NOT NULL,
            claims INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (queue, author)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX runs_ready_of ON runs (queue, author, priority, sequence) WHERE state = 'queued';
        CREATE INDEX runs_live_of ON runs (queue, author)
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped');
        """,
        // The instances that a run occupies, by type, as `RunDemand.text`; empty if they are unknown or none. And the time
        // of the claim that is a part of its submitter's use; NULL if none is. The indexes list waiting runs by demand,
        // and count those that owners hold.
        """
        ALTER TABLE runs ADD COLUMN demand TEXT NOT NULL DEFAULT '';
        ALTER TABLE runs ADD COLUMN charged_at INTEGER;
        CREATE INDEX runs_ready_for ON runs (queue, demand, author, priority, sequence) WHERE state = 'queued';
        CREATE INDEX runs_live_for ON runs (queue, demand)
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND demand <> '';
        """,
        // Which events each hook has seen, and the reports of them. A report is 'pending' until it is 'delivered' or
        // 'given up'. Its owner is the program that tries to deliver it.
        """
        CREATE TABLE hook_cursors (
            hook TEXT PRIMARY KEY,
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_deliveries (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            hook TEXT NOT NULL,
            event TEXT NOT NULL,
            kind TEXT NOT NULL,
            run_id TEXT,
            queue TEXT,
            at INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending',
            tries INTEGER NOT NULL DEFAULT 0,
            not_before INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            claim_token INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            ended_at INTEGER,
            UNIQUE (hook, event)
        ) STRICT;
        CREATE INDEX hook_deliveries_due ON hook_deliveries (hook, number) WHERE state = 'pending';
        CREATE INDEX hook_deliveries_of_run ON hook_deliveries (run_id, hook, number);
        """,
        // What a waiting run would occupy was computed from the earlier template, and could keep it waiting.
        """
        CREATE TRIGGER queues_changed AFTER UPDATE OF template, variables ON queues
        WHEN NEW.template IS NOT OLD.template OR NEW.variables IS NOT OLD.variables
        BEGIN
            UPDATE runs SET demand = '' WHERE queue = NEW.name AND state = 'queued' AND demand <> '';
        END;
        """,
        // What the runs of a queue have cost in a month, for the budgets of hooks. And what a report says about its event, as
        // JSON.
        """
        ALTER TABLE hook_deliveries ADD COLUMN detail TEXT;
        CREATE TABLE hook_costs (
            hook TEXT NOT NULL,
            run_id TEXT NOT NULL,
            month TEXT NOT NULL,
            PRIMARY KEY (hook, run_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_spending (
            hook TEXT NOT NULL,
            queue TEXT NOT NULL,
            month TEXT NOT NULL,
            currency TEXT NOT NULL,
            spent INTEGER NOT NULL,
            PRIMARY KEY (hook, queue, month, currency)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX hook_costs_by_month ON hook_costs (month);
        """,
    ]
}
