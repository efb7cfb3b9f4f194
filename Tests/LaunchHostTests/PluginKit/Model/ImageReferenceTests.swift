import LaunchHost
import Testing

@Suite struct ImageReferenceTests {
    @Test func `a repository has at most 255 characters`() throws {
        let longest = String(repeating: "a", count: 200) + "/" + String(repeating: "b", count: 54)
        #expect(try ImageReference(parsing: "r.example.com:5000/\(longest):v1").repository == longest)
        for text in [longest + "b", String(repeating: "a/", count: 1_000_000) + "a"] {
            let error = #expect(throws: ImageReference.Invalid.self) { _ = try ImageReference(parsing: text) }
            #expect(error?.description.contains("at most 255 characters") == true)
            #expect(error.map { $0.description.utf8.count < 300 } == true)
        }
    }

    @Test(arguments: ["99999", "65536", "0", "00000"])
    func `a port that cannot exist is rejected`(_ port: String) {
        for host in ["localhost", "127.0.0.1", "[::1]", "r.example.com"] {
            let error = #expect(throws: ImageReference.Invalid.self) {
                _ = try ImageReference(parsing: "\(host):\(port)/x:v1")
            }
            #expect(error?.description.contains("a port is 1 to 65535") == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: ["localhost:1/x", "[::1]:65535/x", "localhost:5000/x:99999"])
    func `a port from 1 to 65535 is accepted`(_ text: String) throws {
        #expect(try ImageReference(parsing: text).description == text)
    }

    @Test(arguments: ["a..b/c", "a/b..c", "r..example.com/x", "a/./b", "a/../b", "a//b", "a._b", "a---b/c_-d"])
    func `adjacent separators in a name are rejected`(_ text: String) {
        #expect(throws: ImageReference.Invalid.self) { _ = try ImageReference(parsing: text) }
    }
}
