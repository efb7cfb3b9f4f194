import Foundation
import LaunchHost
import Testing

@Suite("Numbers in canonical JSON")
struct CanonicalNumberTests {
    @Test(arguments: [
        "0", "-0", "-0.0", "1.0", "0.5", "1e3", "1e15", "9007199254740993", "92233720036854772.5", "1e18", "1e19",
        "-1e18", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e300", "5e-324",
    ])
    func `a number has the same text after it is written and read again`(text: String) throws {
        let first = try JSON.canonical(JSONValue(parsing: text))
        let second = try JSON.canonical(JSONValue(parsing: first))
        #expect(first == second)
    }

    @Test(arguments: [
        ("1.0", "1.0"), ("1e3", "1000.0"), ("-0.0", "-0.0"), ("1.50", "1.5"), ("1.5e300", "1.5e+300"), ("3", "3"),
        ("1E2", "100.0"), ("9007199254740993", "9007199254740993"), ("0.0", "0.0"), ("-7", "-7"),
    ])
    func `a number with a fraction or an exponent stays one`(text: String, canonical: String) throws {
        #expect(try JSON.canonical(JSONValue(parsing: text)) == canonical)
        // Wherever the number stands, among names that look like other places.
        func nested(_ text: String) -> String {
            #"{"0":\#(text),"Index 1":[1,\#(text),{"a\"b":\#(text),"b":1}],"n":1,"é":[[\#(text)]]}"#
        }
        let value = try JSONValue(parsing: nested(text))
        #expect(try JSON.canonical(value) == nested(canonical))
        #expect(try JSONValue(parsing: JSON.canonical(value)) == value)
        #expect(try JSONValue(parsing: JSON.pretty(value)) == value)
        #expect(try JSONValue(encoding: value) == value)
        // In a value of a stage, as the store has it.
        let request = RunRequest(runner: "mock", document: value)
        #expect(try JSON.decode(RunRequest.self, from: JSON.canonicalData(request)) == request)
    }

    @Test
    func `a number that looks whole is read by types for fractions`() throws {
        struct Box: Codable, Equatable {
            var whole: Int
            var part: Double
            var values: [String: JSONValue]
        }
        let text = #"{"part":2.0,"values":{"part":3.0,"whole":4},"whole":1.0}"#
        let box = try JSON.decode(Box.self, from: Data(text.utf8))
        #expect(box == Box(whole: 1, part: 2, values: ["part": .number(3), "whole": .integer(4)]))
        #expect(box.values["part"]?.integerValue == 3)
    }

    @Test(arguments: ["[1.0", "{\"a\":1.0", "\"1.0", "1.0]", "[1.0.0]"])
    func `text that is not JSON is an error, whatever its numbers`(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
    }

    @Test
    func `a deep text with many numbers is read in linear time`() {
        let text = String(repeating: "[", count: 200_000) + String(repeating: "1.0,", count: 200_000)
        #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
    }

    @Test
    func `members and items of different paths are distinguished`() throws {
        let text = #"{"a":[1.0,1,[2,2.0]],"b":{"a":1,"0":[1.0]},"c":[[3],[3.0]]}"#
        #expect(
            try JSON.canonical(JSONValue(parsing: text))
                == #"{"a":[1.0,1,[2,2.0]],"b":{"0":[1.0],"a":1},"c":[[3],[3.0]]}"#)
    }
}
