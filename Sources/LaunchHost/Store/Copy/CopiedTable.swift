/// A table that `StoreCopy` copies.
struct CopiedTable: Sendable {
    var name: String
    /// The name for people.
    var title: String { name.replacing("_", with: " ") }
    /// The columns that identify a row, which are also its order.
    var key: [String]
    /// Whether the key is a number that the engine counts up.
    var isNumbered = false

    /// The tables, in the order in which they can be filled.
    static let all = [
        CopiedTable(name: "queues", key: ["name"]),
        CopiedTable(name: "jobs", key: ["name"]),
        CopiedTable(name: "job_versions", key: ["name", "version"]),
        CopiedTable(name: "job_aliases", key: ["name", "alias"]),
        CopiedTable(name: "runs", key: ["sequence"], isNumbered: true),
        CopiedTable(name: "events", key: ["seq"], isNumbered: true),
        CopiedTable(name: "shares", key: ["queue", "author"]),
    ]

    /// The tables that are not copied: what an engine makes itself, the logs of runs, which one machine keeps in files, the
    /// state of one server, and the state of hooks, which begin at the end of the copied log.
    static let others: Set = [
        "run_counts", "run_texts", "owners", "settings", "pieces", "sources", "source_pieces", "piece_usage",
        "objects", "source_objects", "run_outputs", "run_output_parts", "text_usage",
        "hook_cursors", "hook_deliveries", "hook_costs", "hook_spending",
    ]

    /// The text of a page, in characters, is not more than this, or the page is one row.
    static let pageSize: Int64 = 2_000_000
    /// A page has no more rows than this.
    static let pageRows: Int64 = 1_000
}

/// A column of a copied table.
struct CopiedColumn: Sendable, Hashable {
    var name: String
    /// Whether it has whole numbers; otherwise it has text.
    var isNumber: Bool
}

/// A store that takes part in a copy: a connection, and what each engine has in its own way.
protocol CopySide {
    var connection: any Connection { get }
    /// Whether texts may contain U+0000.
    var takesNUL: Bool { get }

    /// Begins a transaction that lets no other program change the copied tables.
    func begin() throws(StoreError)
    /// The programs that hold or claim runs, as sentences' parts.
    func livingOwners() throws(StoreError) -> [String]
    func columns(of table: CopiedTable) throws(StoreError) -> [CopiedColumn]
    /// The number of runs whose logs or outputs the engine keeps beside the copied tables.
    func runsWithTexts() throws(StoreError) -> Int
    func insert(_ rows: [[SQLValue]], _ columns: [CopiedColumn], into table: CopiedTable) throws(StoreError)
    /// The highest number that the engine has given; 0 if none.
    func counter(of table: CopiedTable) throws(StoreError) -> Int64
    func setCounter(of table: CopiedTable, to number: Int64) throws(StoreError)
}

extension Connection {
    func count(_ table: CopiedTable) throws(StoreError) -> Int {
        try first("SELECT count(*) AS n FROM \(table.name)") { row throws(StoreError) in
            Int(clamping: try row.integer("n"))
        } ?? 0
    }

    /// Whether a row has a value in the column.
    func hasValue(_ column: CopiedColumn, in table: CopiedTable) throws(StoreError) -> Bool {
        try first("SELECT 1 AS one FROM \(table.name) WHERE \(column.name) IS NOT NULL LIMIT 1") {
            _ throws(StoreError) in
            true
        } ?? false
    }

    /// All rows of a table in the order of its key, page by page, so that the memory has one page.
    func pages(
        of table: CopiedTable, _ columns: [CopiedColumn], _ each: ([[SQLValue]]) throws(StoreError) -> Void
    ) throws(StoreError) {
        let keys = try table.key.map { name throws(StoreError) in
            guard let column = columns.first(where: { $0.name == name }) else {
                throw StoreError(.corrupt, "The table '\(table.name)' has no column '\(name)'.")
            }
            return column
        }
        let key = table.key.joined(separator: ", ")
        let size = columns.filter { !$0.isNumber }.map { "coalesce(length(\($0.name)), 0)" }.joined(separator: " + ")
        // Row values with one member are not portable.
        func condition(_ sign: String, from first: Int) -> String {
            let values = keys.indices.map { "?\(first + $0)" }.joined(separator: ", ")
            return keys.count == 1 ? "\(key) \(sign) \(values)" : "(\(key)) \(sign) (\(values))"
        }
        var last: [SQLValue]?
        while true {
            // Two steps: rows may have megabytes, or a few bytes.
            let after = last.map { _ in "WHERE \(condition(">", from: 1))" } ?? ""
            let sizes = try rows(
                "SELECT \(key), \(size) AS size FROM \(table.name) \(after) ORDER BY \(key) LIMIT \(CopiedTable.pageRows)",
                last ?? []
            ) { row throws(StoreError) in (key: keys.map { $0.value(in: row) }, size: try row.integer("size")) }
            guard var end = sizes.first else { return }
            for next in sizes.dropFirst() {
                guard end.size.saturatingAdding(next.size) <= CopiedTable.pageSize else { break }
                end = (next.key, end.size + next.size)
            }
            let upTo = condition("<=", from: 1 + (last?.count ?? 0))
            let page = try rows(
                """
                SELECT \(columns.map(\.name).joined(separator: ", ")) FROM \(table.name)
                \(after.isEmpty ? "WHERE" : "\(after) AND") \(upTo) ORDER BY \(key)
                """, (last ?? []) + end.key
            ) { row throws(StoreError) in columns.map { $0.value(in: row) } }
            try each(page)
            last = end.key
        }
    }
}

extension CopiedColumn {
    fileprivate func value(in row: Row) -> SQLValue {
        isNumber ? .integer(row.optionalInteger(name)) : .text(row.optionalText(name))
    }
}
