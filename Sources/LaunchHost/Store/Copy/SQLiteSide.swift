/// The store of this machine in a copy.
struct SQLiteSide: CopySide {
    let connection: any Connection
    private let owners: Owners

    /// - Throws: `.unknown` if the home has no store and none is made, and the errors of opening one.
    init(_ home: LaunchHome, makesStore: Bool) throws(StoreError) {
        guard makesStore || home.exists else {
            throw StoreError(
                .unknown, "The folder '\(home.path)' has no store.", hint: "Set LAUNCH_HOME to the folder that has it.")
        }
        try home.make()
        connection = try SQLiteConnection.ready(path: home.database)
        owners = Owners(folder: home.owners)
    }

    var takesNUL: Bool { true }

    func begin() throws(StoreError) { try connection.begin() }

    func livingOwners() throws(StoreError) -> [String] {
        owners.living().map { "\($0.kind) \($0.id) on \($0.host) (process \($0.pid))" }
    }

    /// They are files.
    func runsWithTexts() throws(StoreError) -> Int { 0 }

    func columns(of table: CopiedTable) throws(StoreError) -> [CopiedColumn] {
        try connection.rows("SELECT name, type FROM pragma_table_info(?) ORDER BY cid", [.text(table.name)]) {
            row throws(StoreError) in
            CopiedColumn(name: try row.text("name"), isNumber: try row.text("type") == "INTEGER")
        }
    }

    func insert(_ rows: [[SQLValue]], _ columns: [CopiedColumn], into table: CopiedTable) throws(StoreError) {
        let names = columns.map(\.name).joined(separator: ", ")
        let values = columns.map { _ in "?" }.joined(separator: ", ")
        for row in rows { try connection.run("INSERT INTO \(table.name) (\(names)) VALUES (\(values))", row) }
    }

    func counter(of table: CopiedTable) throws(StoreError) -> Int64 {
        try connection.first("SELECT seq FROM sqlite_sequence WHERE name = ?", [.text(table.name)]) {
            row throws(StoreError) in try row.integer("seq")
        } ?? 0
    }

    func setCounter(of table: CopiedTable, to number: Int64) throws(StoreError) {
        guard number > 0 else { return }
        try connection.run("DELETE FROM sqlite_sequence WHERE name = ?", [.text(table.name)])
        try connection.run(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [.text(table.name), .integer(number)])
    }
}
