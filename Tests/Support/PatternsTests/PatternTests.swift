import LaunchPatterns
import Testing

@Suite("Regular expressions with a time limit")
struct PatternTests {
    private func search(_ pattern: String, _ line: String) throws -> Pattern.Search {
        var time = SearchTime()
        return try Pattern(pattern).lastGroup(in: line, &time)
    }

    @Test(
        arguments: [
            ("loss=([0-9.]+)", "loss=1 loss=2.5 x", "2.5"), ("(x*)", "xxa", ""), ("é(.)", "éa é€", "€"),
            ("(?:a(b)?)", "ab a", nil), ("none=(.)", "some", nil), ("^()$", "", ""), ("a(b)", "", nil),
            (#"\K(?<=(a))"#, "a", "a"), (#"(\d+)$"#, String(repeating: "é", count: 500) + " 7", "7"),
            ("x(?<!yx)([0-9])", "yx1 x2 yx3", "2"), ("^a=(.)", "a=1\na=2", "1"), ("(?m)^a=(.)", "b\na=2", "2"),
            (".*a=(.)", "a=1\na=2\nb", "2"), ("(?:.|x)*=(.)", String(repeating: "y", count: 60_000) + "=3", "3"),
        ] as [(String, String, String?)])
    func `The result is the group of the last match`(pattern: String, line: String, value: String?) throws {
        #expect(try search(pattern, line) == .ended(value))
    }

    @Test(arguments: [63, 64, 65, 319, 320, 321, 322, 40_000])
    func `A match is found at the borders of search parts`(place: Int) throws {
        for filler in ["x", "é"] {
            let line = String(repeating: filler, count: place) + "loss=7é"
            #expect(try search("loss=(.)", line) == .ended("7"))
            #expect(try search("(?<=[xé])loss=(.)", line) == .ended("7"))
        }
    }

    @Test(arguments: [("(a+)+$", 49), ("(a|aa)+$", 99), ("(a*a*a*)[cd]", 64 << 10), ("(a*?a*?)+[cd]", 64 << 10)])
    func `A pattern with exponential backtracking is stopped early`(pattern: String, count: Int) throws {
        let line = String(repeating: "a", count: count) + "b"
        let start = ContinuousClock.now
        #expect(try search(pattern, line) == .tookTooLong)
        // Without a limit it would take hours.
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test
    func `A search that is slow at every position ends when its time is used up`() throws {
        let line = String(repeating: "1!a", count: 21_000)
        let pattern = try Pattern("([0-9])(?:[^x]|x)*[zq]")
        var time = SearchTime(start: .milliseconds(50), perMegabyte: .milliseconds(50))
        time.add(bytes: line.utf8.count)
        let clock = ContinuousClock.now
        #expect(pattern.lastGroup(in: line, &time) == .tookTooLong)
        #expect(ContinuousClock.now - clock < .seconds(30))
    }

    @Test
    func `A pattern that scans a long line once finds its value`() throws {
        let line = String(repeating: "é ", count: 20_000) + "loss=0.5"
        #expect(try search(".*loss=([0-9.]+)", line) == .ended("0.5"))
        #expect(try search("loss=([0-9.]+)", line) == .ended("0.5"))
    }

    @Test
    func `Groups are counted, and the error of an invalid pattern has the position`() throws {
        #expect(try Pattern("(a)(?:b)(?<n>c)").groups == 2)
        let wrong = #expect(throws: Pattern.Wrong.self) { try Pattern("ab(") }
        #expect(wrong?.description.contains("at byte 3") == true)
        #expect(throws: Pattern.Wrong.self) { try Pattern(#"\C(a)"#) }
    }
}

@Suite("The time budget of searches")
struct SearchTimeTests {
    @Test
    func `The budget grows with the bytes up to its limit; values that overflow give the limit`() {
        var time = SearchTime(start: .zero, perMegabyte: .seconds(1), most: .seconds(2))
        #expect(time.isUsedUp)
        time.add(bytes: 1)
        #expect(!time.isUsedUp)
        time.add(bytes: .max)
        #expect(!time.isUsedUp)
        #expect(SearchTime(start: .seconds(Int64.max)).isUsedUp == false)
        #expect(SearchTime(start: .seconds(-1)).isUsedUp)
    }
}
