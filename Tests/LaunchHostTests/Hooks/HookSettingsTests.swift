import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration

@Suite("settings of hooks") struct HookSettingsTests {
    private func hooks(_ text: String) throws -> [HookSettings] {
        try LaunchConfig(Fake.document(text), catalog: Fake.catalog).hooks
    }

    @Test func `hooks of a configuration are read`() throws {
        let found = try hooks(
            """
            hooks:
              - name: alerts
                on: [failed, stopped, succeeded, waiting > 2h, "waiting>90s", no-agent]
                url: https://hooks.example/a?b=c
                secret: env:KEY
                format: slack
                queues: [train]
              - {name: page, on: [failed], run: [/bin/page, "a b"]}
              - {name: here, on: [failed], url: "http://127.0.0.1:8080/x"}
            """)
        #expect(found.map(\.name) == ["alerts", "page", "here"])
        #expect(found[0].ends == [.succeeded, .failed, .stopped] && found[0].waits == [90, 7_200])
        #expect(found[0].triggers.contains(.noAgent) && found[0].format == .slack && found[0].queues == ["train"])
        #expect(found[0].budgets.isEmpty)
        #expect(found[1].target == .program(["/bin/page", "a b"]) && found[1].format == .json)
    }

    @Test(arguments: [
        ("{name: a, on: [failed]}", "has neither \"run\" nor \"url\""),
        ("{name: a, on: [failed], run: [x], url: \"https://a/b\"}", "has both \"run\" and \"url\""),
        ("{name: a, on: [fail], run: [x]}", "\"fail\" is not an event that a hook can report"),
        ("{name: a, on: [waiting > 0s], run: [x]}", "is not an event"),
        ("{name: a, on: [waiting > 2h x], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 500], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 0 USD], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 1e3 USD], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 1.001 USD], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 5000000000 USD], run: [x]}", "is not an event"),
        ("{name: a, on: [budget > 5 usd], run: [x]}", "is not an event"),
        ("{name: a, on: [], run: [x]}", "\"on\" is empty"),
        ("{name: a/b, on: [failed], run: [x]}", "cannot be the name of a hook"),
        ("{name: a, on: [failed], run: []}", "names no program"),
        ("{name: a, on: [failed], url: \"http://a.example/b\"}", "would not be encrypted"),
        ("{name: a, on: [failed], url: \"https://u:p@a.example/b\"}", "is not a URL"),
        ("{name: a, on: [failed], url: \"file:///etc/passwd\"}", "is not a URL"),
        ("{name: a, on: [failed], url: \"https://a.example:0/\"}", "is not a URL"),
        ("{name: a, on: [failed], run: [x], secret: \"env:A\"}", "\"secret\" is for a url"),
        ("{name: a, on: [failed], url: \"https://a/b\", secret: hunter2}", "must say where the key is"),
        ("{name: a, on: [failed], url: \"https://a/b\", format: xml}", "format"),
        ("{on: [failed], run: [x]}", "name"), ("{name: a, run: [x]}", "on"), ("7", "hooks"),
    ])
    func `a wrong hook is an error at its place`(block: String, message: String) throws {
        let error = try #require(throws: LaunchError.self) { try hooks("max_jobs: 1\nhooks: [\(block)]\n") }
        #expect(error.kind == .configuration && error.diagnostics.count == 1, "\(error.diagnostics)")
        #expect(error.diagnostics.allSatisfy { $0.line == 2 && $0.message.contains(message) }, "\(error.diagnostics)")
        // The key itself is never shown.
        #expect(!error.diagnostics.contains { "\($0.message)\($0.sourceLine ?? "")".contains("hunter2") })
    }

    @Test func `budgets are amounts with a currency`() throws {
        let found = try hooks(
            "hooks: [{name: a, on: [budget > 500 USD, budget>1.5EUR, budget > 0.05 USD], run: [x]}]\n")
        #expect(found[0].budgets.map(\.description) == ["1.50 EUR", "0.0500 USD", "500.00 USD"])
        #expect(found[0].budgets.map(\.millionths) == [1_500_000, 50_000, 500_000_000])
    }

    @Test(arguments: [
        ("", true), ("runner: {type: fake}\n", true), ("runner: {type: priced, prices: x}\n", false),
        ("runner: {type: priced}\n", true), ("runner: {type: fake}\nrunners: [{type: costly}]\n", false),
    ])
    func `a budget without a runner that reports costs is a warning`(runner: String, isWarning: Bool) throws {
        func plugin(_ type: String, _ costs: Capabilities.Costs) -> RunnerPlugin {
            RunnerPlugin(
                Plugin<any Runner>(
                    type: type, summary: "A test's.", capabilities: Capabilities(costs: costs),
                    fields: [Field("prices", .string, help: "Prices.")], examples: ["type: \(type)"]
                ) { _, _ throws(BackendError) in throw BackendError(.invalid, "not made") }, template: nil,
                defaultTemplate: "", instanceTypes: { [] })
        }
        let catalog = PluginCatalog(
            environments: [], registries: [], builders: [],
            runners: [plugin("fake", .none), plugin("priced", .field("prices")), plugin("costly", .always)])
        let text = "hooks: [{name: a, on: [failed], run: [x]}, {name: b, on: [budget > 1 USD], run: [x]}]\n\(runner)"
        let (_, diagnostics) = ConfigChecker.check(try Fake.document(text), catalog: catalog)
        let warnings = diagnostics.filter { $0.message == "the hook \"b\" has a budget, and no run has a cost" }
        #expect(warnings.count == (isWarning ? 1 : 0), "\(diagnostics)")
        #expect(warnings.allSatisfy { $0.severity == .warning && $0.line == 1 && $0.hint?.contains("prices") == true })
    }

    @Test func `two hooks of one name are an error`() throws {
        let text = "hooks: [{name: a, on: [failed], run: [x]}, {name: a, on: [failed], run: [y]}]"
        #expect(try #require(throws: LaunchError.self) { try hooks(text) }.diagnostics.count == 1)
    }

    @Test func `a queue's file has hooks without programs and keys`() throws {
        func file(_ hook: String) throws -> QueueFile {
            try QueueFile(
                Document(text: "hooks: [\(hook)]\n", name: "q.yaml", kind: .invalid), runner: Fake.container)
        }
        let good = "{name: team, on: [failed], url: \"https://hooks.example/t\", format: ntfy}"
        let text = try file(good).document.text
        let hook = try #require(HookSettings.hooks(ofQueue: "train", text: text).first)
        #expect(hook.name == "queue/train/team" && hook.queues == ["train"] && hook.isOfQueue)
        for wrong in [
            "{name: a, on: [failed], run: [/bin/sh]}",
            "{name: a, on: [failed], url: \"https://a/b\", secret: \"env:A\"}",
            "{name: a, on: [failed], url: \"http://127.0.0.1/\"}", "{name: a, on: [failed]}",
            "{name: a, on: [failed], url: \"https://a/b\", queues: [other]}",
        ] {
            let error = try #require(throws: LaunchError.self, "\(wrong)") { try file(wrong) }
            #expect(error.diagnostics.allSatisfy { $0.line == 1 }, "\(wrong)")
        }
        for text in [nil, "", "hooks: 3", "hooks: [{name: a}]", "{", "a: hooks"] {
            #expect(HookSettings.hooks(ofQueue: "q", text: text) == [])
        }
    }

    @Test(arguments: [
        ("https://a.example/x/**", "https://a.example/x/y/z", true),
        ("https://a.example/x/*", "https://a.example/x/y", true),
        ("https://a.example/x/*", "https://a.example/x/y/z", false),
        ("https://a.example/x", "https://A.example/x?q=1", true),
        ("https://a.example/**", "https://b.example/x", false), ("https://a.example/**", "http://a.example/x", false),
        ("https://a.example/**", "https://a.example:8443/x", false), ("https://*/**", "https://a.example/x", false),
        ("https://a.example/x/**", "https://a.example/x/../y", false),
        ("https://a.example/x/**", "https://a.example/x/%2e%2e/y", false),
        ("https://a.example/**", "https://a.example@b.example/x", false),
        ("https://a.example", "https://a.example", true),
        ("**", "https://a.example/x", false),
    ])
    func `an address is allowed by its scheme, host, port and path`(pattern: String, url: String, isAllowed: Bool) {
        #expect(HookAddress.allows(pattern, url) == isAllowed)
    }

    @Test(arguments: [
        ("8.8.8.8", true), ("127.0.0.1", false), ("10.1.2.3", false), ("172.16.0.1", false), ("172.32.0.1", true),
        ("192.168.1.1", false), ("169.254.169.254", false), ("100.64.0.1", false), ("100.128.0.1", true),
        ("0.0.0.0", false),
        ("224.0.0.1", false), ("255.255.255.255", false), ("::1", false), ("::", false), ("fe80::1", false),
        ("fd00:ec2::254", false), ("2606:4700::1111", true), ("::ffff:169.254.169.254", false),
        ("::ffff:8.8.8.8", true),
        ("64:ff9b::a9fe:a9fe", false), ("2002:a9fe:a9fe::1", false), ("2001:0:1::1", false), ("ff02::1", false),
    ])
    func `only public addresses are for hooks of queues`(text: String, isPublic: Bool) throws {
        var bytes = [UInt8](repeating: 0, count: text.contains(":") ? 16 : 4)
        #expect(inet_pton(text.contains(":") ? AF_INET6 : AF_INET, text, &bytes) == 1)
        #expect(HookNetwork.isPublic(bytes) == isPublic)
    }

    @Test func `names of this machine are refused`() async {
        for host in [
            "localhost", "127.0.0.1", "[::1]", "169.254.169.254", "0x7f.1", "2130706433", "no.such.host.invalid",
        ] {
            guard case .refused = await HookNetwork.resolve(host) else {
                Issue.record("\(host)")
                continue
            }
        }
    }
}
