import Patterns
import Testing

@Suite("Regular expressions whose search ends")
struct PatternTests {
    @Test(
        "The group of the last match counts",
        arguments: [
            ("loss=([0-9.]+)", "loss=1 loss=2.5 x", "2.5"), ("(x*)", "xxa", ""), ("é(.)", "éa é€", "€"),
            ("(?:a(b)?)", "ab a", nil), ("none=(.)", "some", nil), ("^()$", "", ""), ("a(b)", "", nil),
            (#"\K(?<=(a))"#, "a", "a"), (#"(\d+)$"#, String(repeating: "é", count: 500) + " 7", "7"),
            ("x(?<!yx)([0-9])", "yx1 x2 yx3", "2"),
        ] as [(String, String, String?)])
    func last(pattern: String, line: String, value: String?) throws {
        #expect(try Pattern(pattern).lastGroup(in: line) == .ended(value))
    }

    @Test(
        "What goes back and forth without end is given up at once",
        arguments: [
            ("(a+)+$", 49), ("(a|aa)+$", 99), ("(a*)[cd]", 64 << 10), ("(a*a*a*)[cd]", 64 << 10),
        ])
    func tooLong(pattern: String, count: Int) throws {
        let line = String(repeating: "a", count: count) + "b"
        let pattern = try Pattern(pattern)
        let start = ContinuousClock.now
        #expect(pattern.lastGroup(in: line) == .tookTooLong)
        // Without a limit it would be hours.
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("A long line costs no pattern its value that goes over it once")
    func longLine() throws {
        let line = String(repeating: "é ", count: 20_000) + "loss=0.5"
        #expect(try Pattern(".*loss=([0-9.]+)").lastGroup(in: line) == .ended("0.5"))
        #expect(try Pattern("loss=([0-9.]+)").lastGroup(in: line) == .ended("0.5"))
    }

    @Test("Groups are counted; what is no pattern is told with the place")
    func compile() throws {
        #expect(try Pattern("(a)(?:b)(?<n>c)").groups == 2)
        let wrong = #expect(throws: Pattern.Wrong.self) { try Pattern("ab(") }
        #expect(wrong?.description.contains("at byte 3") == true)
        #expect(throws: Pattern.Wrong.self) { try Pattern(#"\C(a)"#) }
    }
}
