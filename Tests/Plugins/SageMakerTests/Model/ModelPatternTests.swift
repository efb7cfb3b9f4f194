import Testing

@testable import LaunchSageMaker

/// Patterns have the meaning that they have in Java, for a complete text.
struct ModelPatternTests {
    @Test(arguments: [
        ("[a-z]+", "abc", true), ("[a-z]+", "abc1", false), ("[a-z]+", "", false), ("[a-z]*", "", true),
        ("[-0-9a-zA-Z]+", "sg-1", true), ("[-0-9a-zA-Z]+", "sg_1", false),
        (#"[A-Za-z0-9\.\-_]+"#, "a.b-c_d", true), (#"[A-Za-z0-9\.\-_]+"#, "a/b", false),
        ("[a-zA-Z0-9:/_-]*", "alias/a-b", true), ("[a-zA-Z0-9:/_-]*", "a b", false),
        (#"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#, "Größe 1", true), (#"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#, "a;b", false),
        (#"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#, "日本 ٣", true), (#"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"#, "🚀", false),
        (".*", "", true), (".*", "a\nb", false), (".*", "a\u{2028}b", false), (".*", "a\r\nb", false),
        (".+", "", false), (".+", "x", true), (#"[\S\s]*"#, "a\r\nb", true), (#"[\s\S]*"#, "\u{85}", true),
        (#"\d{12}"#, "123456789012", true), (#"\d{12}"#, "١٢٣٤٥٦٧٨٩٠١٢", false), (#"\w+"#, "é", false),
        ("[a-z]*", "e\u{301}", false), (#"[\p{Alnum}\-]+:x"#, "é:x", false), (#"[\p{Alnum}\-]+:x"#, "a-1:x", true),
        ("([a-z-]+)(?<!-)", "a-b", true), ("([a-z-]+)(?<!-)", "ab-", false),
        (#"(https|s3)://([^/]+)/?(.*)"#, "s3://b", true), (#"(https|s3)://([^/]+)/?(.*)"#, "xs3://b", false),
    ])
    func `matches`(pattern: String, text: String, expected: Bool) {
        #expect(ModelPattern(pattern).matches(text) == expected)
    }

    @Test func `an invalid pattern rejects nothing`() {
        let pattern = ModelPattern("(unclosed")
        #expect(!pattern.isReadable)
        #expect(pattern.matches("anything"))
    }

    /// Concurrent matches with one expression must not mix their results.
    @Test func `many tasks may match at once`() async {
        let pattern = ModelPattern(#"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask { pattern.matches("arn:aws:iam::123456789012:\(index % 2 == 0 ? "role" : "user")/x") }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 100)
    }
}
