import Foundation
import TestSupport
import Testing

@testable import LaunchCore

/// Types are encoded and decoded by trees exactly as by Foundation.
@Suite struct JSONTreeTests {
    private enum Kind: String, Codable, CaseIterable { case plain, other }

    private enum Choice: Codable, Hashable {
        case none
        case named(String)
        case pair(first: Int, second: Double?)
    }

    private struct Inner: Codable, Hashable {
        var text: String
        var flags: [Bool]
        var kind: Kind
    }

    private struct Outer: Codable, Hashable {
        var whole: Int
        var small: UInt8
        var large: Int64
        var number: Double
        var optional: String?
        var inner: Inner?
        var list: [Inner]
        var table: [String: Double]
        var ranks: [Int: String]
        var kinds: [Kind: Int]
        var choice: Choice
        var nested: [[Int?]]
        var value: JSONValue
        var set: Set<String>
        var pairs: [String: JSONValue]
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let parts = ["a", "\"", "\\", "\n", "\u{1}", "é", "🦆", "/", " ", "0"]
        return (0..<Int.random(in: 0...4, using: &random)).map { _ in
            parts[Int.random(in: parts.indices, using: &random)]
        }.joined()
    }

    private static func number(_ random: inout SeededRandom) -> Double {
        let numbers: [Double] = [
            0, 1, -1, 3, 0.5, 1e20, 1e16, 9_007_199_254_740_992, 1e-7, -2.25, .leastNonzeroMagnitude, 1.7e308,
        ]
        return numbers[Int.random(in: numbers.indices, using: &random)]
    }

    private static func value(_ random: inout SeededRandom, depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth < 3 ? 6 : 4), using: &random) {
        case 0: .null
        case 1: .bool(true)
        case 2: .integer(Int64.random(in: -99...99_999_999_999, using: &random))
        case 3: .number(number(&random))
        case 4: .string(text(&random))
        case 5: .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        (text(&random), value(&random, depth: depth + 1))
                    }, uniquingKeysWith: { $1 }))
        }
    }

    private static func inner(_ random: inout SeededRandom) -> Inner {
        Inner(
            text: text(&random), flags: (0..<Int.random(in: 0...2, using: &random)).map { _ in true },
            kind: Kind.allCases[Int.random(in: 0...1, using: &random)])
    }

    private static func outer(_ random: inout SeededRandom) -> Outer {
        let choices: [Choice] = [
            .none, .named(text(&random)), .pair(first: 7, second: nil), .pair(first: 0, second: 1),
        ]
        return Outer(
            whole: Int.random(in: -5...5, using: &random), small: 200,
            large: Int64.random(in: .min ... .max, using: &random), number: number(&random),
            optional: Bool.random(using: &random) ? text(&random) : nil,
            inner: Bool.random(using: &random) ? inner(&random) : nil,
            list: (0..<Int.random(in: 0...2, using: &random)).map { _ in inner(&random) },
            table: ["x": number(&random)], ranks: [1: text(&random), -2: "b"], kinds: [.plain: 1],
            choice: choices[Int.random(in: choices.indices, using: &random)], nested: [[1, nil], []],
            value: value(&random), set: [text(&random)], pairs: ["": value(&random)])
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random values survive, and their text is Foundation's`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let value = Self.outer(&random)
            let data = try JSON.canonicalData(value)
            let decoded = try JSON.decode(Outer.self, from: data)
            #expect(decoded == value)
            #expect(try JSON.canonicalByFoundation(value) == data)
            #expect(try JSON.decodeByFoundation(Outer.self, from: data) == value)
            // Not every tree is read: Foundation decides about the rest.
            if let tree = data.withUnsafeBytes({ JSONText.value(of: $0, keepsFractions: true) }),
                let read = JSONTreeDecoder.decode(Outer.self, from: tree)
            {
                #expect(read == value)
            }
        }
    }

    /// Texts that fit the type, nearly fit it or do not.
    @Test(arguments: [
        #"{"text": "a", "flags": [true], "kind": "plain"}"#, #"{"text": "a", "flags": [true, 1], "kind": "plain"}"#,
        #"{"text": null, "flags": [], "kind": "plain"}"#, #"{"text": "a", "flags": {}, "kind": "plain"}"#,
        #"{"text": "a", "flags": [], "kind": "unknown"}"#, #"{"flags": [], "kind": "other"}"#, "[]", "null", "3",
        #"{"text": "a", "text": "b", "flags": [], "kind": "other"}"#,
    ])
    func `what Foundation refuses is refused in its words`(_ text: String) {
        let data = Data(text.utf8)
        let expected = Result { try JSONDecoder().decode(Inner.self, from: data) }
        let found = Result { try JSON.decode(Inner.self, from: data) }
        switch (expected, found) {
        case (.success(let expected), .success(let found)): #expect(expected == found)
        case (.failure(let expected), .failure(let found)): #expect("\(expected)" == "\(found)")
        default: Issue.record("\(expected), but \(found)")
        }
    }

    @Test func `numbers are read as Foundation reads them`() throws {
        for text in [
            "1", "1.0", "1e3", "1.5", "-0", "300", "-1", "9223372036854775807", "1e400", "true", "null", "\"1\"",
        ] {
            let data = Data("[\(text)]".utf8)
            func same<T: Decodable & Equatable>(_ type: T.Type) {
                let expected = try? JSONDecoder().decode([T].self, from: data)
                #expect((try? JSON.decode([T].self, from: data)) == expected, "\(type) of \(text)")
            }
            same(Int.self)
            same(UInt8.self)
            same(Int64.self)
            same(Double.self)
            same(Bool.self)
            same(String.self)
            same(Int?.self)
        }
    }

    /// An alternative that is tried first must not hide that Foundation reads the text in its own way.
    @Test func `dates and data are Foundation's, in an alternative too`() throws {
        struct Loose: Decodable, Equatable {
            var isDate: Bool

            init(from decoder: any Decoder) throws {
                isDate = (try? decoder.singleValueContainer().decode(Date.self)) != nil
            }
        }
        #expect(
            try JSON.decode([Loose].self, from: Data(#"["2026-01-02T03:04:05Z", 7]"#.utf8)).map(\.isDate) == [
                true, false,
            ])
        struct Dated: Codable, Equatable {
            var at: Date
            var bytes: Data
        }
        let value = Dated(at: Date(timeIntervalSince1970: 1_800_000_000), bytes: Data([1, 2]))
        let text = try JSON.canonical(value)
        #expect(text == #"{"at":"2027-01-15T08:00:00Z","bytes":"AQI="}"#)
        #expect(try JSON.decode(Dated.self, from: Data(text.utf8)) == value)
    }
}
