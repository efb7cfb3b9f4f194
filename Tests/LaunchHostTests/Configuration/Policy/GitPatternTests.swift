import Foundation
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchSnapshots

/// Which repositories a pattern of `allow_sources` allows.
@Suite struct GitPatternTests {
    private func allows(_ pattern: String, _ url: String) throws -> Bool {
        try GitPattern(pattern).matches(GitLocation(url), realPath: RealPath.of)
    }

    @Test(arguments: [
        ("https://github.com/team/*", "https://github.com/team/train"),
        ("https://github.com/team/*", "https://GitHub.COM/team/train.git"),
        ("https://github.com/team/*", "https://github.com:443/team/train/"),
        ("https://github.com./team/*", "HTTPS://github.com/team/train"),
        ("https://github.com/team/train.git", "https://github.com/team/train"),
        ("https://git.example.com:8443/**", "https://git.example.com:8443/a/b/c.git"),
        ("ssh://git@host/srv/**", "ssh://git@HOST:22/srv/a/b"), ("git@github.com:team/*", "git@github.com:team/x.git"),
        ("git@host:/srv/*", "ssh://git@host/srv/x"),
    ])
    func `a matching URL is allowed`(_ pattern: String, _ url: String) throws {
        #expect(try allows(pattern, url))
    }

    @Test(arguments: [
        ("https://github.com/team/*", "https://github.com/evil/train"),
        ("https://github.com/team/*", "https://github.com.evil.com/team/train"),
        ("https://github.com/team/*", "https://evil.com/github.com/team/train"),
        ("https://github.com/team/*", "https://github.com:8443/team/train"),
        ("https://github.com/team/*", "http://github.com/team/train"),
        ("https://github.com/team/*", "ssh://github.com/team/train"),
        ("https://github.com/team/*", "git@github.com:team/train"),
        ("https://github.com/team/*", "https://github.com/team/sub/train"),
        ("https://github.com/team/*", "https://github.com/team"),
        ("https://github.com/Team/*", "https://github.com/team/x"),
        // Another account of the same host has other files.
        ("ssh://git@host/srv/*", "ssh://root@host/srv/x"), ("ssh://git@host/srv/*", "ssh://host/srv/x"),
        ("ssh://git@host/*/x", "ssh://git@host/~evil/x"), ("git@host:srv/*", "git@host:/srv/x"),
        ("ssh://git@host/srv/*", "git@host:srv/x"), ("ssh://git@host/srv/*", "ssh://git@host:2222/srv/x"),
    ])
    func `a URL that does not match is not allowed`(_ pattern: String, _ url: String) throws {
        #expect(try !allows(pattern, url))
    }

    @Test(arguments: [
        ("https://github.com/team/../evil/x", "'.' or '..'"), ("https://github.com/team/./x", "'.' or '..'"),
        ("git@github.com:team/../evil", "'.' or '..'"), ("https://github.com/team/%2e%2e/evil", "a '%'"),
        ("https://github.com//team/x", "an empty part"), ("https://github.com/team//x", "an empty part"),
        ("https://github.com", "is empty"), ("https://github.com/team/x?a=b", "a '?' or a '#'"),
        ("https://github.com/team/x#b", "a '?' or a '#'"),
        ("https://u:p@github.com/team/x", "a user name or a password"),
        ("https://u@github.com/team/x", "a user name or a password"), ("ssh://u:p@host/x", "a user name or a password"),
        ("https://github.com\\@evil.com/team/x", "a backslash"), ("https://github.com/team /x", "a space"),
        ("https://github.com/team/x\n", "a control character"), ("ext::sh -c x", "a space"),
        ("ftp://h/x", "not used over"),
        ("file://host/srv/x", "names no host"), ("/srv/git/x", "it is not"), ("https://[::1/x", "is not a host"),
        ("https://github.com/team/*", "has a '*'"), ("https://h/" + String(repeating: "a", count: 5_000), "4096"),
    ])
    func `an invalid location is rejected with the reason`(_ text: String, _ why: String) {
        let error = #expect(throws: GitLocation.Invalid.self) { try GitLocation(text) }
        #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
    }

    @Test(arguments: [
        ("https://*.example.com/x", "only the path"), ("https://*/x", "only the path"), ("*@host:x", "only the path"),
        ("https://h/a**", "'**' stands alone"), ("github.com/team/*", "it is not"),
    ])
    func `an invalid pattern is rejected with the reason`(_ text: String, _ why: String) {
        let error = #expect(throws: GitLocation.Invalid.self) { try GitPattern(text) }
        #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
    }

    @Test func `a link cannot lead out of an allowed folder`() throws {
        let sandbox = try Sandbox()
        let files = FileManager.default
        for name in ["git/mine", "secret/theirs.git"] {
            try files.createDirectory(atPath: "\(sandbox.path)/\(name)", withIntermediateDirectories: true)
        }
        for (link, target) in [
            ("git/link", "../secret/theirs.git"), ("git/evil.git", "../secret/theirs.git"), ("owner", "git"),
        ] {
            try files.createSymbolicLink(atPath: "\(sandbox.path)/\(link)", withDestinationPath: target)
        }
        let pattern = "file://\(sandbox.path)/git/*"
        #expect(try allows(pattern, "file://\(sandbox.path)/git/mine"))
        #expect(try allows("file://\(sandbox.path)/owner/*", "file://\(sandbox.path)/git/mine"))
        #expect(try !allows(pattern, "file://\(sandbox.path)/git/link"))
        // git also opens evil.git for the name without the suffix.
        #expect(try !allows(pattern, "file://\(sandbox.path)/git/evil.git"))
        #expect(try !allows(pattern, "file://\(sandbox.path)/git/evil"))
        #expect(try !allows(pattern, "file://\(sandbox.path)/secret/theirs"))
    }
}
