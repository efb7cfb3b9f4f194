import Testing
@testable import LaunchContainerEngine

@Suite("The engine's messages")
struct EngineErrorTests {
    @Test(arguments: [
        (
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container "
                + "process: exec: \"/nope\": stat /nope: no such file or directory: unknown",
            "Exec: \"/nope\": stat /nope: no such file or directory"
        ),
        (
            "unable to find user x: no matching entries in passwd file",
            "Unable to find user x: no matching entries in passwd file"
        ),
        (
            "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"a\": x",
            "Exec: \"a\": x"
        ),
        ("", "The engine gave no reason"),
    ])
    func `Layers without information are removed`(_ words: String, _ expected: String) {
        #expect(EngineError.cleaned(words) == expected)
    }

    @Test(arguments: [1, 3, 100])
    func `A stream of documents is split correctly, independent of its chunks`(step: Int) throws {
        var lines = JSONLines()
        var found: [String] = []
        var rest = Array("{\"a\":1}\r\n\n{\"b\":2}\n{\"c\"".utf8)[...]
        while !rest.isEmpty {
            try lines.feed(Array(rest.prefix(step)))
            rest = rest.dropFirst(min(step, rest.count))
            while let line = lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(found.map { $0.filter { !$0.isWhitespace } } == ["{\"a\":1}", "{\"b\":2}"])
        #expect(lines.finish().map { String(decoding: $0, as: UTF8.self) } == "{\"c\"")
    }
}
