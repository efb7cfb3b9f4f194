import Testing

@testable import LaunchStore

@Suite struct DecodedValuesTests {
    private struct Failure: Error {}

    @Test func `a text is decoded once for each type`() {
        let values = DecodedValues()
        var count = 0
        for _ in 0..<3 {
            let number = values.value(of: "1") { text -> Int in
                count += 1
                return Int(text) ?? 0
            }
            let optional = values.value(of: "1") { text -> Int? in
                count += 1
                return Int(text)
            }
            #expect(number == 1 && optional == 1)
        }
        #expect(count == 2)
    }

    @Test func `an error is not kept`() {
        let values = DecodedValues()
        #expect(throws: Failure.self) { try values.value(of: "x") { _ throws(Failure) -> Int in throw Failure() } }
        #expect(values.value(of: "x") { _ in 2 } == 2)
    }

    @Test func `old values are dropped, and those in use are kept`() {
        let values = DecodedValues()
        var decoded: [String] = []
        func read(_ text: String) {
            _ = values.value(of: text) { text -> Int in
                decoded.append(text)
                return text.utf8.count
            }
        }
        read("in use")
        read("unused")
        let filler = String(repeating: "x", count: DecodedValues.longestText - 8)
        for index in 0..<40 {
            read("\(filler)\(index)")
            read("in use")
        }
        read("unused")
        #expect(decoded.count { $0 == "in use" } == 1 && decoded.count { $0 == "unused" } == 2)
    }

    @Test func `a long text is not kept`() {
        let values = DecodedValues()
        let text = String(repeating: "x", count: DecodedValues.longestText + 1)
        var count = 0
        for _ in 0..<2 { values.value(of: text) { _ in count += 1 } }
        #expect(count == 2)
    }
}
