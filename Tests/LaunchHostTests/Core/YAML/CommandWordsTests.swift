import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite struct CommandWordsTests {
    static let lines = [
        #"python3 -c "print(\"x\")""#, "a  b\tc", #"'a b' "c d" e\ f"#, #"''  "" x"#, #"a'b'"c"d"#,
        #""\$HOME \`x\` \n""#,
        #"'\n' \n"#, "a\\\nb", "\"a\\\nb\"", "a\nb", #"--x="a b" --y='"'"#, #"\'\""#, "é'ü ö'", "e\u{301}'\u{301}'",
    ]

    @Test(arguments: lines)
    func `text is split into words as in a shell`(_ line: String) throws {
        // In a shell a line break separates commands; here it separates words.
        let command = line == "a\nb" ? "a b" : line
        let script = "for word in \(command); do printf '%s\\0' \"$word\"; done"
        let shell = try TestSupport.Tool.run("sh", ["-c", script])
        let expected = shell.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
        #expect(try CommandWords.split(line) == expected)
    }

    @Test(
        arguments: [
            ("'a", CommandWords.Fault.openQuote("'", column: 1)), ("a \"b", .openQuote("\"", column: 3)),
            ("\"a\\", .openQuote("\"", column: 1)), ("a\\", .trailingBackslash),
        ])
    func `an unclosed quote is an error`(_ line: String, _ fault: CommandWords.Fault) {
        #expect(throws: fault) { try CommandWords.split(line) }
    }
}
