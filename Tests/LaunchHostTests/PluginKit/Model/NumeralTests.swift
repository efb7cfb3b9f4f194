import Testing

import LaunchHost

/// Numbers of a run's configuration keep the text that the user typed.
@Suite struct NumeralTests {
    @Test(arguments: ["1.10", "1.00", "-0.00", "1e5", "1E+5", "1e-7"])
    func `a number that JSON writes differently is kept as typed`(_ text: String) {
        let value = Scalar.value(ofPlain: text)
        #expect(Numeral.kept(text, of: value) == text)
        // The database reads a whole number as an integer.
        #expect(
            value.doubleValue.flatMap { Int64(exactly: $0) }.map { Numeral.kept(text, of: .integer($0)) } != .some(nil))
    }

    @Test(arguments: [
        "1", "0.5", "1.5", "1.0", "-0.0", "100000.0", "0x1F", "+5", "1.", ".5", "text", "", "1.10.2", "NaN",
    ])
    func `other numbers are not kept as text`(_ text: String) {
        #expect(Numeral.kept(text, of: Scalar.value(ofPlain: text)) == nil)
    }

    @Test func `the configuration has the numbers as typed`() throws {
        var job = ResolvedJob(
            runID: .random(), runName: "n", project: "p", entity: "e", author: "a", resource: "mock",
            source: .image("a:1"),
            runConfig: [
                "version": .number(1.1), "one": .integer(1), "a \"b\"": .string("x"), "other": .number(2.5),
                "changed": .number(3),
            ])
        #expect(try job.runConfigJSON() == #"{"a \"b\"":"x","changed":3.0,"one":1,"other":2.5,"version":1.1}"#)
        job.numerals = ["version": "1.10", "one": "1.0", "changed": "4.0", "none": "1.0", "other": "2.5}"]
        #expect(try job.runConfigJSON() == #"{"a \"b\"":"x","changed":3.0,"one":1.0,"other":2.5,"version":1.10}"#)
        #expect(job.numeral(of: "version") == "1.10" && job.numeral(of: "changed") == nil)
    }
}
