import Foundation
import LaunchHost
import Testing

/// The texts that the mask hides, and those that it does not change.
struct SecretMaskTests {
    static let password = #"s3/cr+t "pa'ss\w&rd<1>"#
    static let token = "IQoJb3JpZ2luX2VjEJ//////////wEaCXVzLWVhc3QtMSJHMEUCIQDx+7Gk9w0ZpQm=="

    private func masked(_ text: String, knowing secrets: String...) -> String {
        let mask = SecretMask()
        for secret in secrets { mask.add(secret) }
        return mask.mask(text)
    }

    /// The forms in which programs repeat a secret, each made by a tool or written out.
    static let forms: [(String, String)] = [
        ("plain", password),
        ("base64", "czMvY3IrdCAicGEnc3NcdyZyZDwxPg=="),
        ("base64 of user:secret", Data("user:\(password)".utf8).base64EncodedString()),
        ("base64 of me:secret", Data("me:\(password)!".utf8).base64EncodedString()),
        ("base64 of JSON", Data(#"{"p":"s3/cr+t \"pa'ss\\w&rd<1>"}"#.utf8).base64EncodedString()),
        ("URL", "s3%2Fcr%2Bt%20%22pa%27ss%5Cw%26rd%3C1%3E"),
        ("URL in lower case", "s3%2fcr%2bt%20%22pa%27ss%5cw%26rd%3c1%3e"),
        ("URL's path", "s3/cr%2Bt%20%22pa%27ss%5Cw%26rd%3C1%3E"),
        ("form", "s3%2Fcr%2Bt+%22pa%27ss%5Cw%26rd%3C1%3E"),
        ("URL in a URL", "s3%252Fcr%252Bt%2520%2522pa%2527ss%255Cw%2526rd%253C1%253E"),
        ("JSON", #"s3/cr+t \"pa'ss\\w&rd<1>"#),
        ("JSON with escaped slashes", #"s3\/cr+t \"pa'ss\\w&rd<1>"#),
        ("JSON in JSON", #"s3/cr+t \\\"pa'ss\\\\w&rd<1>"#),
        ("XML", "s3/cr+t &quot;pa&#39;ss\\w&amp;rd&lt;1&gt;"),
        ("shell, single quotes", #"s3/cr+t "pa'\''ss\w&rd<1>"#),
        ("shell, printf %q", #"s3/cr+t\ \"pa\'ss\\w\&rd\<1\>"#),
    ]

    @Test(arguments: forms) func `each form of a secret is masked completely`(name: String, text: String) {
        let result = masked("before [\(text)] after", knowing: Self.password)
        let known = name.contains("base64") ? "before [" : "before [<secret>] after"
        #expect(result.hasPrefix(known) && result.contains("<secret>"), "\(name): \(result)")
        // The characters of base64 at the ends of the secret also depend on its neighbours. Only they may remain.
        if name.contains("base64") {
            let rest = result.replacing("<secret>", with: "").replacing("before [", with: "").replacing(
                "] after", with: "")
            #expect(rest.count <= text.count - Self.password.utf8.count, "\(name): \(result)")
        }
    }

    @Test func `base64 is masked at each offset, in both alphabets`() {
        for offset in 0..<7 {
            let bytes = Data(String(repeating: "x", count: offset).utf8) + Data("Key?>~/+9876\u{FF}\u{FE}".utf8)
            for text in [
                bytes.base64EncodedString(),
                bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_"),
            ] {
                #expect(
                    masked(text, knowing: "Key?>~/+9876\u{FF}\u{FE}").contains("<secret>"), "offset \(offset): \(text)")
            }
        }
    }

    @Test func `masks a part of a secret, wherever the text is cut off`() {
        for start in 0..<(Self.token.count - 12) {
            let cut = String(Self.token.dropFirst(start).prefix(12 + start % 9))
            #expect(masked("key \(cut)…", knowing: Self.token) == "key <secret>…")
        }
    }

    @Test func `masks base64 that is wrapped into lines`() {
        let encoded = Data(Self.token.utf8).base64EncodedString(options: [
            .lineLength64Characters, .endLineWithLineFeed,
        ])
        #expect(encoded.contains("\n"))
        #expect(masked(encoded, knowing: Self.token).split(separator: "\n").dropLast().allSatisfy { $0 == "<secret>" })
    }

    @Test func `masks each line of a key`() {
        let key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\r\nq2Jx\nabcdefghij\n-----END KEY-----\n"
        #expect(
            masked("| MIIEpAIBAAKCAQEA7\n| abcdefghij q2Jx", knowing: key) == "| <secret>\n| <secret> q2Jx",
            "A line of fewer than 6 bytes is ordinary text.")
        #expect(masked("MIIEpAIBAAKCAQEA7\\nq2Jx\\nabcdefghij", knowing: key) == "<secret>\\nq2Jx\\n<secret>")
    }

    @Test func `does not mask short values and short numbers`() {
        #expect(masked("abcde 12345678901", knowing: "abcde", "12345678901", "", " \n ") == "abcde 12345678901")
        #expect(masked("abcdef 123456789012", knowing: "abcdef", "123456789012") == "<secret> <secret>")
    }

    @Test func `masks several secrets that touch, overlap or share a beginning`() {
        #expect(masked("abcdefghi", knowing: "abcdef", "defghi") == "<secret>")
        #expect(
            masked("secret-one secret-two secret-", knowing: "secret-one", "secret-two") == "<secret> <secret> secret-")
        #expect(masked("hunter2hunter2 hunter2x", knowing: "hunter2") == "<secret> <secret>x")
    }

    @Test func `does not change text without a secret`() {
        let text = "epoch 3: tokens per second 1024, loss 0.25 — été\u{0}\n"
        #expect(masked(text, knowing: Self.password, Self.token) == text)
        #expect(masked("", knowing: Self.password) == "")
    }

    @Test func `masks a file's lines, keys and passwords, and not its hosts`() {
        let mask = SecretMask()
        mask.add(
            contentOf: """
                [global]
                index-url = https://reader:opensesame@packages.example.com/simple
                # machine packages.example.com
                machine git.example.com login me password swordfish
                api = 0a1b2c3d4e5f6a7b8c9d
                """)
        let text = """
            [global] https://packages.example.com/simple git.example.com
            opensesame swordfish 0a1b2c3d4e5f6a7b8c9d
            > index-url = https://reader:opensesame@packages.example.com/simple
            """
        #expect(
            mask.mask(text) == """
                [global] https://packages.example.com/simple git.example.com
                <secret> <secret> <secret>
                > <secret>
                """)
    }

    @Test func `masks a file of one word as one value`() {
        let mask = SecretMask()
        mask.add(contentOf: "pypi-AgEIcHlwaS5vcmcCJDU2\n")
        #expect(mask.mask("token pypi-AgEIcHlw…") == "token <secret>…")
    }

    @Test func `masks a secret from its creation on`() {
        let value = "made-\(UUID().uuidString)"
        #expect(SecretMask.shared.mask("<\(value)>") == "<\(value)>")
        _ = Secret(unmasked: value)
        #expect(SecretMask.shared.mask("<\(value)>") == "<\(value)>")
        _ = Secret(value)
        #expect(SecretMask.shared.mask("<\(value)>") == "<<secret>>")
    }

    @Test func `drops the oldest secrets above the limit, and never the newest`() {
        let mask = SecretMask(limit: 1_000)
        for number in 0..<200 {
            let secret = "credential-\(number)-\(number * 7_919)-of-an-hour"
            mask.add(secret)
            #expect(mask.mask(secret) == "<secret>")
        }
        #expect(mask.windowCount <= 1_500)
        let large = String(repeating: "0123456789abcdef-ghijk", count: 400)
        mask.add(large)
        #expect(mask.mask(String(large.prefix(40))) == "<secret>")
    }
}
