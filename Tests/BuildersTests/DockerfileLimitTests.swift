import LaunchBuilders
import LaunchHost
import Testing

@Suite("Hostile Dockerfiles")
struct DockerfileLimitTests {
    private func message(_ text: String) -> String {
        do throws(LaunchError) {
            _ = try Dockerfile(parsing: text, file: "Dockerfile")
            return ""
        } catch {
            return error.message
        }
    }

    @Test
    func `arguments that double with every line are rejected`() {
        let lines = (1...60).map { "ARG A\($0)=$A\($0 - 1)$A\($0 - 1)" }
        let text = "ARG A0=xxxxxxxxxxxxxxxx\n" + lines.joined(separator: "\n") + "\nFROM $A60\n"
        #expect(message(text) == "Dockerfile:14: a value is longer than 65536 bytes after variable expansion.")
    }

    @Test(arguments: [
        (
            "ARG A=\(String(repeating: "a", count: 300))\nFROM ${A//a/b}\n",
            "edits a value of more than 256 characters"
        ),
        ("ARG A=a\nFROM ${A//a/\(String(repeating: "b", count: 300))}\n", "edits a value of more than 256"),
        ("ARG A=a\nFROM ${A#\(String(repeating: "*a", count: 20))}\n", "by a pattern of more than 32"),
        ("ARG A=a\n\(String(repeating: "ARG B=${A#x}\n", count: 201))FROM a\n", "more than 200 values are edited"),
    ])
    func `edits of values are limited in number, size and pattern`(text: String, expected: String) {
        #expect(message(text).contains(expected), "\(message(text))")
    }

    @Test
    func `a pattern that makes backtracking matchers hang is matched at once`() throws {
        let value = String(repeating: "a", count: 250)
        let pattern = String(repeating: "*a", count: 15)
        for edit in ["##\(pattern)b", "%%\(pattern)b", "//\(pattern)b/x"] {
            let text = "ARG A=\(value)\nFROM ${A\(edit)}\n"
            #expect(try Dockerfile(parsing: text, file: "Dockerfile").bases.first?.reference.description == value)
        }
    }

    @Test
    func `more than a hundred images are rejected, because each is looked up`() {
        let hundred = (1...100).map { "FROM base:\($0)" }.joined(separator: "\n")
        #expect(message(hundred) == "")
        #expect(
            message(hundred + "\nFROM base:101\n")
                == "Dockerfile:101: the Dockerfile uses more than 100 images, which is the limit.")
    }

    @Test
    func `a hundred thousand stages of one image are parsed in linear time`() throws {
        let text = String(repeating: "FROM scratch\n", count: 50_000) + "FROM a AS b\nFROM b\n"
        let dockerfile = try Dockerfile(parsing: text, file: "Dockerfile")
        #expect(dockerfile.stages.count == 50_002)
        #expect(dockerfile.bases.map(\.reference.description) == ["a"])
    }

    @Test(arguments: [
        ("FROM -v /:/host alpine\n", "FROM takes an image, or an image, AS and a name"),
        ("FROM alpine; rm -rf /\n", "FROM takes an image, or an image, AS and a name"),
        ("FROM $(touch marker)\n", ""), ("FROM\n", "FROM takes an image"),
        ("RUN true\n", "comes before the first FROM"),
        ("FROM a\nRUN <<END\n", "has no end"), ("FROM a\u{0}b\n", "has a NUL byte"), ("", "there is no FROM"),
    ])
    func `FROM accepts only an image`(text: String, expected: String) {
        let found = message(text)
        #expect(!found.isEmpty && found.contains(expected), "\(found)")
    }
}
