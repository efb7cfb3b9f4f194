import Testing

import LaunchHost
@testable import LaunchConfiguration

/// Which images a pattern of `allow_sources` allows.
@Suite struct ImagePatternTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    private func allows(_ pattern: String, _ image: String) throws -> Bool {
        try ImagePattern(pattern).matches(CanonicalImage(ImageReference(parsing: image)))
    }

    @Test(arguments: [
        ("python", "python"), ("python", "docker.io/library/python:3.12"), ("docker.io/library/python", "python"),
        ("index.docker.io/library/*", "python@\(digest)"), ("library/python", "python"), ("team/*", "team/train:v1"),
        ("docker.io/team/*", "team/train"), ("reg.example.com/team/*", "reg.example.com/team/train:v2"),
        ("REG.example.com/team/*", "reg.EXAMPLE.com/team/train"), ("reg.example.com/**", "reg.example.com/a/b/c"),
        ("reg.example.com/**/train", "reg.example.com/a/b/train"), ("reg.example.com:5000/a", "reg.example.com:5000/a"),
        ("localhost/team/t*n", "localhost/team/train"), ("python:3.*", "python:3.12"), ("python:latest", "python"),
        ("python@\(digest)", "python@\(digest)"), ("python@\(digest)", "python:3@\(digest)"), ("**", "team/deep/name"),
    ])
    func `a matching image is allowed`(_ pattern: String, _ image: String) throws {
        #expect(try allows(pattern, image))
    }

    @Test(arguments: [
        // A wildcard never matches the host, and a path is never taken for a host.
        ("trusted/*", "evil.com/trusted/img"), ("trusted/*", "trusted/img/more"), ("**", "evil.com/trusted/img"),
        ("reg.example.com/team/*", "reg.example.com.evil.com/team/x"), ("reg.example.com/team/*", "team/x"),
        ("reg.example.com/team/*", "evil.com/reg.example.com/team/x"), ("reg.example.com/a", "reg.example.com:5000/a"),
        ("reg.example.com/team/*", "reg.example.com/team-evil/x"), ("reg.example.com/team/*", "reg.example.com/team"),
        ("localhost/team/*", "localhost:5000/team/x"), ("python", "team/python"), ("python", "python-evil"),
        ("docker.io/library/*", "docker.io/evil/x"), ("registry-1.docker.io/library/*", "python"),
        // An engine uses only the digest, so a tag beside it proves nothing.
        ("python:3.*", "python:3.12@\(digest)"), ("python:3.*", "python@\(digest)"), ("python:3.*", "python"),
        ("python@\(digest)", "python:3"),
        ("python@\(digest)", "python@sha256:" + String(repeating: "b", count: 64)),
    ])
    func `an image that does not match is not allowed`(_ pattern: String, _ image: String) throws {
        #expect(try !allows(pattern, image))
    }

    @Test(arguments: [
        ("*.example.com/x", "the host '*.example.com' has a '*'"), ("*.com:5000/x", "has a '*'"),
        ("Team/x", "a repository has"), ("", "a repository has"), ("a//b", "a repository has"),
        ("a/b**", "a repository has"),
        ("a@sha256:1", "must be a digest"), ("a:b c", "the tag has"), ("https://a.b/c", "a repository has"),
        ("a/[bc]", "a repository has"), ("a/b?", "a repository has"),
    ])
    func `an invalid pattern is rejected with the reason`(_ text: String, _ why: String) {
        let error = #expect(throws: ImagePattern.Invalid.self) { try ImagePattern(text) }
        #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
    }

    /// docker resolves `cafe0123` as an image ID if no image has this name.
    @Test(arguments: [
        "cafe0123", "sha256:" + String(repeating: "a", count: 64),
        "4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
    ])
    func `a name of hexadecimal digits may be the ID of any image`(text: String) throws {
        #expect(CanonicalImage(try ImageReference(parsing: text)).mayBeID)
        #expect(!CanonicalImage(try ImageReference(parsing: "cafe0123:v1")).mayBeID)
        #expect(!CanonicalImage(try ImageReference(parsing: "team/cafe0123")).mayBeID)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a long name is matched in bounded time`() throws {
        let name = "reg.example.com/" + Array(repeating: "a", count: 128).joined(separator: "/")
        let pattern = "reg.example.com/" + Array(repeating: "**", count: 200).joined(separator: "/") + "/b"
        #expect(try !allows(pattern, name))
        #expect(!Wildcards.matches(String(repeating: "a", count: 5_000), String(repeating: "a*", count: 500) + "b"))
    }
}
