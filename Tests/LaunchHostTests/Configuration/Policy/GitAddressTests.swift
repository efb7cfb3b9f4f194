import Testing

import LaunchHost
@testable import LaunchSnapshots

struct GitAddressTests {
    @Test(arguments: [
        "https://github.com/a/b.git", "http://localhost:3000/x", "ssh://git@host:22/x", "git@github.com:a/b.git",
        "host:path", "file:///srv/x.git", "git://host/x",
    ])
    func `common forms are accepted`(_ text: String) throws {
        #expect(try GitAddress(text).text == text)
    }

    @Test(arguments: [
        ("--upload-pack=touch /tmp/x", "is not the address"), ("", "is not the address"),
        ("-oProxyCommand=x:y", "is not the address"), ("ext::sh -c x", "is not the address"),
        ("ext://x", "git is not used over 'ext'"), ("ftp://h/x", "git is not used over 'ftp'"),
        ("/srv/x", "is not the address"), ("../x", "is not the address"), ("ssh://-oProxyCommand=x/y", "names no host"),
        ("ssh://git@-oProxyCommand=x/y", "names no host"), ("https:///x", "names no host"),
        ("https://tok3n@github.com/a", "holds a user name or a password"),
        ("https://me:tok3n@github.com/a", "holds a user name or a password"),
        ("ssh://me:tok3n@host/a", "holds a user name or a password"), ("https://h/\nx", "is not the address"),
    ])
    func `all other forms are rejected`(_ text: String, _ why: String) throws {
        let error = try #require(throws: LaunchError.self) { try GitAddress(text) }
        #expect(error.kind == .invalid)
        #expect(error.message.contains(why))
        #expect(!error.description.contains("tok3n"))
    }

    @Test func `only a local repository may refer to another local one`() throws {
        #expect(try !GitAddress("https://h/x").protocols.contains("file"))
        #expect(try GitAddress("file:///x").protocols.contains("file"))
    }

    @Test(arguments: [
        ("fatal: unable to access 'https://u:pw@h/': Could not resolve host: h\n", LaunchError.Kind.unavailable),
        ("fatal: Authentication failed for 'https://u:pw@h/'", .denied),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", .denied),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", .denied),
        ("remote: Repository not found.\nfatal: repository 'https://u:pw@h/' not found", .invalid),
        ("fatal: something new", .invalid),
    ])
    func `git's messages are mapped to kinds of errors`(_ output: String, _ kind: LaunchError.Kind) throws {
        let error = try GitFailure.error(output, status: "exit code 128", address: GitAddress("https://h/x"))
        #expect(error.kind == kind)
        #expect(error.message.contains("https://h/x"))
        #expect(!error.message.contains("pw"))
    }

    @Test func `references are parsed`() throws {
        let one = String(repeating: "1", count: 40)
        let two = String(repeating: "2", count: 40)
        let tag = String(repeating: "3", count: 40)
        let references = GitReferences(
            parsing: """
                \(one)\tHEAD
                \(one)\trefs/heads/main
                \(two)\trefs/heads/both
                \(one)\trefs/tags/both
                \(tag)\trefs/tags/v1.0
                \(two)\trefs/tags/v1.0^{}
                rubbish
                """)
        #expect(try references.commit(of: nil, in: "u") == one)
        #expect(try references.commit(of: "main", in: "u") == one)
        #expect(try references.commit(of: "v1.0", in: "u") == two)
        #expect(try references.commit(of: "refs/tags/both", in: "u") == one)
        let both = try #require(throws: LaunchError.self) { try references.commit(of: "both", in: "u") }
        #expect(both.hint == "Say 'refs/heads/both' or 'refs/tags/both'.")
        let near = try #require(throws: LaunchError.self) { try references.commit(of: "mian", in: "u") }
        #expect(near.hint == "Did you mean 'main'?")
        let far = try #require(throws: LaunchError.self) { try references.commit(of: "production", in: "u") }
        #expect(far.hint == "There are: both, main, v1.0.")
        let short = try #require(throws: LaunchError.self) { try references.commit(of: "1111111", in: "u") }
        #expect(short.message.contains("too short for a commit"))
        #expect(throws: LaunchError.self) { try GitReferences(parsing: "").commit(of: nil, in: "u") }
    }
}
