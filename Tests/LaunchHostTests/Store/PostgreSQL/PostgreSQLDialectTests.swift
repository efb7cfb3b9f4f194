import Testing

@testable import LaunchStore

/// The calls' SQL in PostgreSQL's dialect.
@Suite struct PostgreSQLDialectTests {
    struct Case: Sendable {
        var sql: String
        var text: String
        var parameters: [Int]
    }

    static let cases = [
        Case(sql: "SELECT 1", text: "SELECT 1", parameters: []),
        Case(sql: "a = ? AND b = ?", text: "a = $1 AND b = $2", parameters: [0, 1]),
        Case(sql: "a = ?2 AND b = ?2", text: "a = $1 AND b = $1", parameters: [1]),
        Case(sql: "a = ?3 OR b = ?1 LIMIT ?", text: "a = $1 OR b = $2 LIMIT $3", parameters: [2, 0, 3]),
        Case(sql: "a = '?' AND b = 'it''s ?' AND c = ?", text: "a = '?' AND b = 'it''s ?' AND c = $1", parameters: [0]),
        Case(
            sql: "SELECT id FROM runs INDEXED BY runs_owned WHERE a", text: "SELECT id FROM runs WHERE a",
            parameters: []),
        Case(
            sql: "a IN (SELECT value FROM json_each(?2)) AND b = ?1",
            text: "a IN (SELECT jsonb_array_elements_text($1::jsonb)) AND b = $2", parameters: [1, 0]),
    ]

    @Test(arguments: cases) func `a statement is translated:`(_ example: Case) {
        let statement = PostgreSQLDialect(example.sql)
        #expect(statement.text == example.text)
        #expect(statement.parameters == example.parameters)
    }
}
