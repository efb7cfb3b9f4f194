import LaunchHost
import Testing

@Suite("Numbers in canonical JSON")
struct CanonicalNumberTests {
    @Test(
        "A number has the same text after it is written and read again",
        arguments: [
            "0", "-0", "-0.0", "1.0", "0.5", "1e3", "1e15", "9007199254740993", "92233720036854772.5", "1e18", "1e19",
            "-1e18", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e300", "5e-324",
        ])
    func isStable(text: String) throws {
        let first = try JSON.canonical(JSONValue(parsing: text))
        let second = try JSON.canonical(JSONValue(parsing: first))
        #expect(first == second)
    }

    @Test("A whole number is written like an integer, however it was made")
    func wholeNumbers() throws {
        #expect(try JSON.canonical(JSONValue.number(1e18)) == "1000000000000000000")
        #expect(try JSON.canonical(JSONValue.number(3)) == "3")
        #expect(try JSON.canonical(JSONValue.number(-0.0)) == "0")
        #expect(try JSON.canonical(JSONValue(parsing: "-0.0")) == "0")
    }
}
