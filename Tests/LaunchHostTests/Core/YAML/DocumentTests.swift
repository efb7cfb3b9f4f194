import LaunchHost
import Testing

@Suite struct DocumentTests {
    private func fault(_ text: String, name: String = "f.yaml") -> String {
        fault(Array(text.utf8), name: name)
    }

    private func fault(_ bytes: [UInt8], name: String = "f.yaml") -> String {
        do {
            let document = try Document(parsing: bytes, name: name)
            return document.problems.map { "\($0.line ?? 0):\($0.column ?? 0): \($0.message)" }.joined(separator: "\n")
        } catch {
            return error.diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0): \($0.message)" }.joined(separator: "\n")
        }
    }

    @Test func `plain scalars have the types of the core schema`() throws {
        let text = """
            words: [no, yes, on, off, "true", 1_000, 12:30:45, 2026-01-01, 0o8, "5", 1.2.3, +, ., -a]
            truths: [true, False, TRUE]
            nothing: [~, null, Null, ]
            whole: [0, -3, +4, 0o17, 0x1F, 123456789012, 9223372036854775807]
            numbers: [1.5, .5, 1., 1e3, -2.5E-1]
            empty:
            """
        let root = try Document(text: text, name: "f.yaml").jsonValue
        #expect(
            root["words"]
                == .array(
                    [
                        "no", "yes", "on", "off", "true", "1_000", "12:30:45", "2026-01-01", "0o8", "5", "1.2.3", "+",
                        ".", "-a",
                    ].map { .string($0) }))
        #expect(root["truths"] == .array([.bool(true), .bool(false), .bool(true)]))
        #expect(root["nothing"] == .array([.null, .null, .null]))
        #expect(root["whole"] == .array([0, -3, 4, 15, 31, 123_456_789_012, .max].map { .integer($0) }))
        #expect(root["numbers"] == .array([1.5, 0.5, 1, 1000, -0.25].map { .number($0) }))
        #expect(root["empty"] == .null)
    }

    @Test(arguments: [
        ("a: 010", "1:4: the number 010 begins with a zero: YAML 1.1 reads it as octal, YAML 1.2 as decimal"),
        ("a: 089", "1:4: the number 089 begins with a zero: YAML 1.1 reads it as octal, YAML 1.2 as decimal"),
        ("a: 99999999999999999999", "1:4: the number 99999999999999999999 does not fit 64 bits"),
        ("a: 0xFFFFFFFFFFFFFFFFFF", "1:4: the number 0xFFFFFFFFFFFFFFFFFF does not fit 64 bits"),
        ("a: 1e999", "1:4: the number 1e999 is too large"),
        ("a: .inf", "1:4: .inf is not a number in JSON"),
        ("a: -.NaN", "1:4: -.NaN is not a number in JSON"),
        ("a: 1\nb: 2\na: 3", "3:1: duplicate key \"a\"; the first is at 1:1"),
        ("{\"a\": 1, \"a\": 2}", "1:10: duplicate key \"a\"; the first is at 1:2"),
        ("b: &b {x: 1}\na:\n  <<: *b", "3:3: merge keys (\"<<\") are not supported"),
        ("a: !ruby/object x", "1:4: the tag !ruby/object is not supported"),
        ("a: !!python/name:os.system x", "1:4: the tag !!python/name:os.system is not supported"),
        ("a: !!str 5", "1:4: the tag !!str is not supported"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins here; one file holds one document"),
        ("a: {{gpus}}", "1:5: a list or a mapping cannot be a key"),
        ("a: &a [*a]", "1:8: the alias *a is inside the value that it repeats"),
        ("a: *b", "1:4: the alias *b repeats nothing: no &b is before it"),
        ("a: 1\n\tb: 2", "2:1: a tab indents this line; YAML indents with spaces only"),
        ("a:\n  b: 1\n  \tc: 2", "3:3: a tab indents this line; YAML indents with spaces only"),
        ("a: b: c", "1:5: a \":\" is not expected here"),
        ("a: @x", "1:4: \"@\" cannot begin a value"),
        ("a: [1, 2", "1:9: a \",\" or a \"]\" is expected here"),
        ("a: \"x", "1:6: the text ends in the middle of a quoted text"),
        ("a: 1\nb\n", "2:2: this key has no \":\" after it"),
        ("a: x\u{0}y", "1:5: the file has the control character U+0000"),
        ("a: 1\nb: \u{1B}[31m", "2:4: the file has the control character U+001B"),
    ])
    func `an invalid document is rejected at its position`(_ text: String, _ message: String) {
        #expect(fault(text) == message)
    }

    @Test func `a document whose aliases expand to too many values is rejected`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(fault(text).contains("the document has more than 200000 values, its aliases expanded"))
    }

    @Test func `a document that nests too deep is rejected`() {
        let deep = "a: " + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(fault(deep) == "1:104: lists and mappings nest more than 100 deep")
        // Nesting by aliases is limited like nesting by brackets.
        var chain = "a0: &a0 [x]\n"
        for level in 1...40 {
            chain +=
                "a\(level): &a\(level) " + String(repeating: "[", count: 50) + "*a\(level - 1)"
                + String(repeating: "]", count: 50) + "\n"
        }
        #expect(fault(chain).contains("nest more than 100 deep"))
    }

    @Test func `aliases within the limit are accepted`() throws {
        let root = try Document(text: "a: &x {k: [1]}\nb: *x\nc: *x\n", name: "f").jsonValue
        #expect(root["b"] == root["a"] && root["c"] == root["a"])
    }

    @Test func `input that is not UTF-8 is rejected`() {
        #expect(
            fault(Array("a: b\nc: ".utf8) + [0xC3, 0x28])
                == "2:4: the file is not UTF-8: byte 0xC3 does not begin a character"
        )
        #expect(fault([0xFF, 0xFE, 0x61, 0]) == "0:0: the file is UTF-16")
    }

    @Test func `a file over the size limit is rejected`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: Document.byteLimit + 1)
        #expect(throws: LaunchError.self) { try Document(parsing: bytes, name: "f") }
    }

    @Test func `a byte order mark and CRLF line ends are ignored`() throws {
        let document = try Document(text: "\u{FEFF}a: 1\r\nb:\r\n  c: x\r\n", name: "f")
        #expect(document.jsonValue == .object(["a": .integer(1), "b": .object(["c": .string("x")])]))
        #expect(document.node(at: FieldPath().appending("a"))?.mark == Mark(line: 1, column: 4))
        #expect(document.mark(at: FieldPath().appending("b").appending("c")) == Mark(line: 3, column: 6))
        #expect(document.line(3) == "  c: x")
        #expect(document.line(99) == nil)
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "null\n", "{}", "\u{FEFF}"])
    func `empty input is an empty mapping`(_ text: String) throws {
        #expect(try Document(text: text, name: "f").jsonValue == .object([:]))
    }

    @Test func `JSON is read as YAML, with its errors at their positions`() throws {
        let json = "{\n\t\"a\": [1, 2.5, null, true],\n\t\"b\":{\"c\":\"x\\/y\\u00e9\"}\n}\n"
        let document = try Document(text: json, name: "f.json")
        let parsed = try JSONValue(parsing: json)
        #expect(document.jsonValue == parsed)
        #expect(fault("{\n  \"a\": 1\n  \"b\": 2\n}", name: "f.json") == "3:6: a \",\" or a \"}\" is expected here")
    }

    @Test func `columns count characters, not bytes`() throws {
        let document = try Document(text: "{名: é, b: x}", name: "f")
        #expect(document.mark(at: FieldPath().appending("b")) == Mark(line: 1, column: 11))
    }

    @Test func `the position of a missing path is that of its nearest parent`() throws {
        let document = try Document(text: "a:\n  b:\n    - x\n    - y: 1\n", name: "f")
        let list = FieldPath().appending("a").appending("b")
        #expect(document.mark(at: list.appending(index: 1).appending("y")) == Mark(line: 4, column: 10))
        #expect(document.mark(at: list.appending(index: 1).appending("z")) == Mark(line: 4, column: 7))
        #expect(document.mark(at: list.appending(index: 7)) == Mark(line: 2, column: 3))
        #expect(document.mark(at: FieldPath().appending("q")) == Mark(line: 1, column: 1))
        let finding = Finding(.error, at: list.appending(index: 0), "is bad", hint: "Mend it.")
        let diagnostic = document.diagnostic(for: finding)
        #expect(diagnostic.message == "a.b[0]: is bad")
        #expect(diagnostic.line == 3 && diagnostic.column == 7 && diagnostic.sourceLine == "    - x")
    }
}
