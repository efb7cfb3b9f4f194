import Testing

import LaunchHost
@testable import LaunchCore

@Suite struct AddressTextTests {
    @Test(arguments: [
        ("user:hush@registry:5000/x", "user:***@registry:5000/x"),
        ("https://user:hush@host/x", "https://user:***@host/x"), ("https://token@host/x", "https://***@host/x"),
        ("uri: \"user:hu:sh@host\" # note", "uri: \"user:***@host\" # note"), ("a:b@c, d:e@f", "a:***@c, d:***@f"),
        ("user:hu@sh@host", "user:***@host"), (":hush@host", ":***@host"), ("ssh://git@host/x", "ssh://git@host/x"),
        ("git@host:team/x", "git@host:team/x"), ("ann@example.com", "ann@example.com"), ("nothing", "nothing"),
        ("team/x:v1@sha256:abc", "team/x:v1@sha256:abc"), ("@", "@"), (":@", ":@"), ("", ""),
        ("é:hush@host", "é:***@host"),
    ])
    func `passwords and tokens of addresses are masked`(_ text: String, _ shown: String) {
        #expect(AddressText.masked(text) == shown)
    }

    /// A line that consists of separators takes no longer than any other line.
    @Test func `many separators take linear time`() {
        let text = String(repeating: ":@", count: 200_000)
        #expect(AddressText.masked(text) == ":***@")
    }

    @Test func `an image reference with a password is rejected without showing the password`() {
        let error = #expect(throws: ImageReference.Invalid.self) { try ImageReference(parsing: "u:hush@host:5000/x:1") }
        #expect(error?.description.contains("hush") == false)
        #expect(error?.description.hasPrefix("'u:***@host:5000/x:1' is not an image reference") == true)
    }

    @Test func `a line of a file is shown without the password`() {
        #expect(SecretLine.masked("  uri: u:hush@host:5000/x") == "  uri: u:***@host:5000/x")
    }
}
