import Foundation
import LaunchSubprocess
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSnapshots

/// Which files git may read and write in its sandbox.
@Suite(.timeLimit(.minutes(30))) struct GitConfinementTests {
    private func confinement(
        _ url: String, program: String = "/usr/bin/git", settings: String = "", folder: String? = "/stage",
        variables: [String: String] = [:]
    ) throws -> Subprocess.Confinement {
        let all = ["HOME": "/home/ann"].merging(variables) { $1 }
        return GitConfinement.of(
            program: program, folder: folder, address: try GitAddress(url), settings: GitSettings(listing: settings)
        ) { all[$0] }
    }

    @Test func `git can write only to the staged folder and to known hosts`() throws {
        let known = ["/home/ann/.ssh/known_hosts", "/home/ann/.ssh/known_hosts2"]
        #expect(try confinement("https://example.org/a.git").writable == ["/stage"] + known)
        #expect(try confinement("https://example.org/a.git", folder: nil).writable == known)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/git"), "there is no /usr/bin/git"))
    func `git can read the system and its own files`() throws {
        let readable = try #require(
            try confinement(
                "https://example.org/a.git",
                settings: "file:/home/ann/dots/git\0http.https://example.org/.sslcainfo\n/srv/ca.pem\0",
                variables: ["SSL_CERT_FILE": "/srv/more.pem", "NETRC": "relative"]
            ).readable)
        for place in ["/usr", "/etc", "/home/ann/.ssh", "/home/ann/.gitconfig", "/home/ann/dots/git", "/srv/ca.pem"] {
            #expect(readable.contains(place), "\(place)")
        }
        #expect(readable.contains("/srv/more.pem") && !readable.contains("relative"))
        for place in ["/", "/home", "/home/ann", "/home/ann/.aws", "/home/ann/.docker", "/tmp", "/var/lib", "/run"] {
            #expect(!readable.contains(place), "\(place)")
        }
    }

    @Test(arguments: [
        ("file:///srv/a.git", "/usr/bin/git", "", [:]),
        ("https://example.org/a.git", "/home/ann/bin/git", "", [:]),
        ("https://example.org/a.git", "/usr/bin/git", "file:/x\0credential.helper\n!aws codecommit", [:]),
        ("https://example.org/a.git", "/usr/bin/git", "file:/x\0credential.https://a.helper\nmanager", [:]),
        ("ssh://example.org/a.git", "/usr/bin/git", "file:/x\0core.sshcommand\nssh -i /srv/key", [:]),
        ("ssh://example.org/a.git", "/usr/bin/git", "", ["GIT_SSH_COMMAND": "ssh -i /srv/key"]),
        ("https://example.org/a.git", "/usr/bin/git", "", ["GIT_ASKPASS": "/home/ann/ask"]),
    ])
    func `git can read all files if the files that it needs are unknown`(
        url: String, program: String, settings: String, variables: [String: String]
    ) throws {
        #expect(try confinement(url, program: program, settings: settings, variables: variables).readable == nil)
    }

    @Test func `known helpers need no further files`() {
        let settings = GitSettings(listing: "file:/a\0credential.helper\ncache --timeout 60\0file:/a\0user.name\nann")
        #expect(!settings.hasOwnHelper && !settings.hasOwnSSH && settings.files == ["/a"])
    }

    @Test(arguments: ["", "\0", "file:/a", "file:/a\0", "\0\0\0\0", "x\0y"])
    func `malformed listings of settings are accepted`(listing: String) {
        #expect(!GitSettings(listing: listing).hasOwnHelper)
    }

    /// A checkout that tries to leave the sandbox through a filter. In practice this needs a vulnerability in git. Here
    /// the user's configuration defines the filter.
    @Test(.enabled(if: Subprocess.Confinement.isEnforced, "this kernel has no Landlock"), arguments: [true, false])
    func `a command that runs in a checkout cannot leave the sandbox`(isConfined: Bool) async throws {
        let scratch = try Scratch()
        try scratch.write([
            "work/Dockerfile": "FROM scratch\n", "work/.gitattributes": "* filter=evil\n",
            "home/.aws/credentials": "key\n",
        ])
        let outside = "\(scratch.path)/outside"
        try scratch.write([
            "home/.gitconfig": """
            [filter "evil"]
                smudge = "cat; echo x >'\(outside)'; true"
                required = false
            """
        ])
        for words in [["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]] {
            _ = try await Tool.run(
                ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"] + words, in: "\(scratch.path)/work",
                environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
        }
        let url = "file://\(scratch.path)/work"
        let fetch = GitFetch(setting: ["HOME": "\(scratch.path)/home"], isConfined: isConfined)
        let commit = try await fetch.resolve(url)
        let snapshot = try await fetch.fetch(url, commit: commit, into: SourceStore(folder: "\(scratch.path)/sources"))
        #expect(snapshot.entries == 2)
        // Without the sandbox the attempt succeeds, so the test is effective.
        #expect(FileManager.default.fileExists(atPath: outside) == !isConfined)
    }
}
