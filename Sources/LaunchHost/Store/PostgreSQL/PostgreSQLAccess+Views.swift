extension PostgreSQLAccess {
    /// What submitters and viewers read, under the names of the tables.
    ///
    /// All of them see that a run exists: its queue, name, project, author, state and times. Its content, `spec`,
    /// `request` and the rest, is NULL unless the reader is its author, an owner of its queue, or a viewer. So a
    /// condition of the reader is never evaluated on content that is not shown, and no barrier hinders the indexes.
    static let views = """
        \(runsView(also: []))

        CREATE VIEW launch_read.events AS
            SELECT e.seq, e.run_id, e.at, e.state,
                CASE WHEN \(eventIsShown) THEN e.cause END AS cause,
                CASE WHEN \(eventIsShown) THEN e.message END AS message
            FROM launch.events e;

        \(queueView(also: []))

        CREATE VIEW launch_read.jobs AS SELECT * FROM launch.jobs;
        CREATE VIEW launch_read.job_versions AS SELECT * FROM launch.job_versions;
        CREATE VIEW launch_read.job_aliases AS SELECT * FROM launch.job_aliases;
        CREATE VIEW launch_read.run_counts AS SELECT * FROM launch.run_counts;
        CREATE VIEW launch_read.owners AS SELECT * FROM launch.owners;
        CREATE VIEW launch_read.settings AS SELECT * FROM launch.settings;
        """

    /// The view of runs.
    /// - Parameter columns: those that later migrations have added, in their order.
    static func runsView(also columns: [String]) -> String {
        """
        CREATE OR REPLACE VIEW launch_read.runs AS
            SELECT r.sequence, r.id, r.queue, r.resource, r.name, r.project, r.author, r.priority, r.state, r.cause,
                r.backend_status,
                \(details("spec", "resolved", "image", "image_decision", "request", "handle", "outcome")),
                r.owner, r.claim_token, r.attempts, r.stop_requested_at, r.stop_grace, r.submitted_at, r.not_before,
                r.claimed_at, r.started_at, r.ended_at, r.released_at, r.waiting_since, \(details("past_attempts")),
                r.working, r.crashes, r.requeued_at, r.stop_requested_by\(columns.map { ", r.\($0)" }.joined())
            FROM launch.runs r;
        """
    }

    /// The view of queues.
    /// - Parameter columns: those that later migrations have added, in their order.
    static func queueView(also columns: [String]) -> String {
        """
        -- A submitter needs the template and the rules of a queue to check a run before the submit. The text of its
        -- file with its comments is for its owners.
        CREATE OR REPLACE VIEW launch_read.queues AS
            SELECT q.name, q.resource,
                CASE WHEN \(queueIsShown) THEN q.file_text END AS file_text,
                CASE WHEN \(queueIsShown) THEN q.file_name END AS file_name,
                q.template, q.variables, q.allow_overrides, q.paused, q.created_at, q.updated_at, q.retry, q.policy,
                q.owners, q.limits\(columns.map { ", q.\($0)" }.joined())
            FROM launch.queues q;
        """
    }

    // Subqueries without a reference to the row: the server evaluates them once for a statement.
    private static let ownQueues = "ANY ((SELECT launch.own_queues())::text[])"

    private static func details(_ columns: String...) -> String {
        columns.map { column in
            """
            CASE WHEN r.author = session_user OR (SELECT launch.reads_all()) OR r.queue = \(ownQueues)
                    THEN r.\(column) END AS \(column)
            """
        }.joined(separator: ",\n        ")
    }

    private static let queueIsShown = "(SELECT launch.reads_all()) OR q.name = \(ownQueues)"

    static let eventIsShown = """
        (SELECT launch.reads_all()) OR EXISTS (
                    SELECT 1 FROM launch.runs r
                    WHERE r.id = e.run_id AND (r.author = session_user OR r.queue = \(ownQueues)))
        """
}
