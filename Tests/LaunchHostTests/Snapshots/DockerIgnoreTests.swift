import Testing

import LaunchHost
@testable import LaunchSnapshots

struct DockerIgnoreTests {
    @Test(arguments: IgnoreCase.all)
    func `the rules keep the files that Docker keeps`(_ example: IgnoreCase) throws {
        let rules = try DockerIgnore(parsing: example.rules, file: ".dockerignore")
        #expect(example.files.filter { !rules.excludes($0) } == example.kept)
    }

    @Test func `CRLF line ends and a byte order mark are not part of a pattern`() throws {
        let rules = try DockerIgnore(parsing: "\u{FEFF}a\r\n#c\r\nb\r\n", file: ".dockerignore")
        #expect(rules.excludes("a"))
        #expect(rules.excludes("b"))
        #expect(!rules.excludes("c"))
    }

    @Test func `names that only look the same are different`() throws {
        let rules = try DockerIgnore(parsing: "caf\u{E9}", file: ".dockerignore")
        #expect(rules.excludes("caf\u{E9}"))
        #expect(!rules.excludes("cafe\u{301}"))
    }

    @Test(arguments: [
        ("ok\n[a", 2, "a '[' has no ']'"), ("[]", 1, "contains no character"), ("[z-a]", 1, "runs backwards"),
        ("\n\n!", 3, "nothing follows"), ("a\\", 1, "backslash"), ("src\\data", 1, "not an escape"),
        ("[a-]", 1, "must be escaped"),
    ])
    func `an invalid line is an error with file and line`(_ text: String, _ line: Int, _ why: String) throws {
        let error = try #require(throws: LaunchError.self) {
            try DockerIgnore(parsing: text, file: "src/.dockerignore")
        }
        #expect(error.kind == .invalid)
        #expect(error.message.hasPrefix("src/.dockerignore:\(line): "))
        #expect(error.message.contains(why))
        #expect(error.diagnostics.first?.line == line)
    }

    @Test func `all invalid lines are named`() throws {
        let error = try #require(throws: LaunchError.self) { try DockerIgnore(parsing: "[\nok\n!\n", file: "f") }
        #expect(error.diagnostics.map(\.line) == [1, 3])
    }

    @Test func `matching takes polynomial time for any pattern`() throws {
        let pattern = String(repeating: "**/*a*", count: 60) + "/x"
        let rules = try DockerIgnore(parsing: pattern, file: ".dockerignore")
        let path = String(repeating: "aaaaaaaaa/", count: 400) + "y"
        let glob = try GlobPattern(pattern)
        let time = ContinuousClock().measure { #expect(!glob.matches(path.unicodeScalars)) }
        // Backtracking would practically not end; this takes some hundredths of a second.
        #expect(time < .seconds(20))
        #expect(!rules.excludes("b/y"))
    }

    @Test func `an excluded folder is read only if an exception may match inside`() throws {
        let rules = try DockerIgnore(parsing: "*\n!d/e/*.txt\n!q", file: ".dockerignore")
        #expect(rules.mayTakeBack(inside: "d"))
        #expect(rules.mayTakeBack(inside: "d/e"))
        #expect(!rules.mayTakeBack(inside: "d/f"))
        #expect(!rules.mayTakeBack(inside: "node_modules"))
        #expect(!rules.mayTakeBack(inside: "q"))
    }
}
