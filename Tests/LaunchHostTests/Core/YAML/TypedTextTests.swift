import LaunchHost
import Testing

@Suite struct TypedTextTests {
    @Test(arguments: [
        "#ff0000", "|", ">", "-", "run # 5", "&a", "*a", "!tag", "- a", "a: b", "key:", "? x", "%d", "@home", "`x`",
        "\"open", "'open", "\"a\" b", "007", "-010", "1_000", "no", "on", "{{name}}", "{{a}}-{{b}}", " ", "",
        "https://example.com/a?b=c#d", ".inf", ".nan", "1e", "0x", "two\nlines", "a\tb", "---", "...", "<<",
        "{{ name }} x", "{{name}}{", "  {{name}}", "00", "017", " 007 ", " a ", "\u{A0}5", "5\u{A0}", "0x1g",
    ])
    func `text that is not a complete value stays as typed`(_ text: String) throws {
        #expect(try TypedText.value(of: text) == .string(text))
    }

    @Test(arguments: [
        ("null", JSONValue.null), ("Null", .null), ("NULL", .null), ("~", .null), ("true", .bool(true)),
        ("False", .bool(false)), ("3", .integer(3)), ("-7", .integer(-7)), ("0x1f", .integer(31)),
        ("0.1", .number(0.1)), ("1e-3", .number(0.001)), ("\"1.10\"", .string("1.10")), ("'it'", .string("it")),
        ("[1, a]", .array([.integer(1), .string("a")])), ("[]", .array([])), ("{}", .object([:])),
        ("{\"a\": [true]}", .object(["a": .array([.bool(true)])])), ("\"\\ud83d\\ude80\"", .string("🚀")),
        ("9223372036854775807", .integer(.max)), ("0x7FFFFFFFFFFFFFFF", .integer(.max)),
        // Blanks around a value do not count, whatever the value.
        (" [1]", .array([.integer(1)])), ("\n{a: 1}\r\n", .object(["a": .integer(1)])), (" 5 ", .integer(5)),
        ("\ttrue\n", .bool(true)), (" null ", .null), (" \"a\" ", .string("a")),
        // A template variable inside a complete list or mapping is a part of it.
        ("{\"a\":   \"{{b}}\"}", .object(["a": .string("{{b}}")])), ("[\"{{b}}\"]", .array([.string("{{b}}")])),
    ])
    func `a complete scalar, list or mapping is that value`(_ text: String, _ value: JSONValue) throws {
        #expect(try TypedText.value(of: text) == value)
    }

    @Test(arguments: [
        "[1, 2", "{a: 1", "{\"a\": 1}}", "[a] b", "9223372036854775808", "-99999999999999999999", "1e999",
        "0xFFFFFFFFFFFFFFFF", " 0o7777777777777777777777", "{\"a\": \"{{b}}\"", "{{a: 1}", "{{a}", "{{}}",
        "{{a b}}",
        "{a: {{b}}}", "[{{b}}]", " {a: 1",
    ])
    func
        `text that begins like a list or a mapping but is not one, and a number that JSON readers truncate, are rejected`(
            _ text: String
        )
    {
        #expect(throws: TypedText.Fault.self) { try TypedText.value(of: text) }
    }

    @Test func `the items of a list keep their text`() throws {
        let words = try TypedText.words(ofList: #"["python", "train.py", "--epochs", 10, 1.0, true, "null", ""]"#)
        #expect(words == ["python", "train.py", "--epochs", "10", "1.0", "true", "null", ""])
        #expect(TypedText.isList(" \n[a]") && !TypedText.isList("a[0]") && !TypedText.isList(""))
        #expect(try TypedText.words(ofList: "\n [a, b] ") == ["a", "b"])
    }

    @Test(arguments: ["[a, null]", "[a, [b]]", "[{a: b}]", "[a", "[a] b"])
    func `an item that is not text is rejected`(_ text: String) {
        #expect(throws: TypedText.Fault.self) { try TypedText.words(ofList: text) }
    }
}
