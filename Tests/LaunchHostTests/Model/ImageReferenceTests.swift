import LaunchHost
import Testing

@Suite struct ImageReferenceTests {
    @Test func aRepositoryHasAtMost255Characters() throws {
        let longest = String(repeating: "a", count: 200) + "/" + String(repeating: "b", count: 54)
        #expect(try ImageReference(parsing: "r.example.com:5000/\(longest):v1").repository == longest)
        for text in [longest + "b", String(repeating: "a/", count: 1_000_000) + "a"] {
            let error = #expect(throws: ImageReferenceError.self) { _ = try ImageReference(parsing: text) }
            #expect(error?.description.contains("at most 255 characters") == true)
            #expect(error.map { $0.description.utf8.count < 300 } == true)
        }
    }

    @Test(arguments: ["a..b/c", "a/b..c", "r..example.com/x", "a/./b", "a/../b", "a//b", "a._b", "a---b/c_-d"])
    func `adjacent separators in a name are rejected`(_ text: String) {
        #expect(throws: ImageReferenceError.self) { _ = try ImageReference(parsing: text) }
    }
}
