import Testing

import LaunchHost
@testable import LaunchConfiguration

/// The valid forms of projects, names, entities and authors, and of a submitter's values in a template.
@Suite struct SpecGrammarTests {
    @Test(arguments: [
        "default", "my run", "a.b-c_d+e@f=g", "v1.2", "_x", "7", "Zürich", "हिन्दी", "ไทย",
        String(repeating: "a", count: 128),
    ])
    func `a valid name is accepted`(text: String) {
        #expect(NameGrammar.fault(in: text) == nil)
    }

    @Test(arguments: [
        ("", "is empty"), ("..", "begins with '.'"), (".hidden", "begins with '.'"), ("-x", "begins with '-'"),
        (" x", "begins with a space"), ("../secret", "begins with '.'"), ("a/b", "has '/'"), ("a\\b", "has '\\'"),
        ("a:b", "has ':'"), ("a,b", "has ','"), ("a..b", "has '..'"), ("a\nb", "has '\\n'"),
        ("a\u{9B}b", "has '\\x9b'"),
        ("a\u{202E}b", "has '\\u{202e}'"), ("a\0b", "has"), ("${run_id}", "begins with '$'"), ("a{{b}}", "has '{'"),
        ("a*", "has '*'"), ("a?", "has '?'"), ("a#", "has '#'"), ("a%2e", "has '%'"), ("x ", "ends in a space"),
        ("x.", "ends in '.'"), (String(repeating: "a", count: 129), "is longer than 128"), ("a\u{2028}b", "has"),
    ])
    func `an invalid name is rejected`(text: String, why: String) throws {
        let fault = try #require(NameGrammar.fault(in: text))
        #expect(fault.contains(why), "\(fault)")
    }

    // MARK: positions of values

    private static let local = RunnerPlugin(
        Fake.open.base, template: nil, defaultTemplate: "",
        valueUse: { path in
            switch path.description {
            case "volume": .mount
            case "word": .command
            case "network": .name(reserved: ["host"])
            case "user": .name(reserved: ["root", "0"])
            case "output": .path
            case "role": .resource("an ARN")
            case "s3": .uri
            default: .text
            }
        })

    private func resolve(
        _ key: String, _ text: String, project: String = "p", set value: String? = nil, allowed: [JSONValue]? = nil,
        standard: JSONValue? = nil
    ) throws -> JSONValue? {
        let variable = TemplateVariable(name: "v", type: .string, allowed: allowed, defaultValue: standard)
        let queue = ResolveStage.Queue(template: .object([key: .string(text)]), variables: [variable])
        let spec = LaunchSpec(
            source: .image("x"), project: project, entity: "e", author: "a", resource: "cloud", queue: "q",
            overrides: Overrides(
                variables: value.map { ["v": .string($0)] } ?? ["v": .string("x")].filter { _ in standard == nil }))
        return try ResolveStage(queue: queue, plugin: Self.local).job(spec, as: .random()).template[key]
    }

    @Test(arguments: [
        ("volume", "/data/{{v}}:/data", "../secret", "has '/'"), ("volume", "/data/{{v}}:/data", "a/b", "has '/'"),
        ("volume", "/data/{{v}}:/data", "..", "it is '..'"), ("volume", "/data/{{v}}:/data", ".", "it is '.'"),
        ("volume", "/data/{{v}}:/data", "", "it is empty"), ("volume", "/data/{{v}}:/data", "x:/etc", "has ':'"),
        ("volume", "/data/{{v}}:/data", "x,y", "has ','"), ("volume", "/data/.{{v}}:/data", ".", "it is '.'"),
        ("volume", "/data/{{v}}:/data", "a\nb", "a control character"),
        ("volume", "{{v}}", "/:/host", "the whole value"),
        ("volume", "{{v}}", "cache:/x", "the whole value"), ("volume", "/d/${image_uri}:/x", "x", "has '/'"),
        ("network", "{{v}}", "host", "'host' is reserved"), ("network", "ho{{v}}", "st", "'host' is reserved"),
        ("network", "net-{{v}}", "a:b", "has ':'"), ("user", "{{v}}", "0:0", "is reserved"),
        ("user", "{{v}}", "00", "is reserved"), ("user", "1000:{{v}}", "a/b", "has '/'"),
        ("output", "/out/{{v}}", "../etc", "has '/'"), ("output", "{{v}}", "/out/../etc", "a part '.' or '..'"),
        ("role", "arn:aws:iam::1:role/{{v}}", "../admin", "has '/'"),
        ("role", "arn:aws:iam::1:role/{{v}}", "*", "has '*'"),
        ("role", "arn:aws:iam::1:role/{{v}}", "a:b", "has ':'"), ("role", "role-{{v}}", "ü", "has 'ü'"),
        ("s3", "s3://b/{{v}}/x", "..", "it is '..'"), ("s3", "s3://b/{{v}}/x", "a/../b", "has '/'"),
        ("s3", "s3://b/{{v}}/x", "a?b", "has '?'"), ("s3", "s3://{{v}}/x", "b/../c", "has '/'"),
        ("s3", "{{v}}", "s3://b/../c", "a part '.' or '..'"), ("s3", "{{v}}", "", "it is empty"),
        ("word", "/sets/{{v}}:/set", "../x", "has '/'"), ("word", "/sets/{{v}}:/set", "a,/:/host", "has ','"),
        ("word", "/sets/{{v}}:/set", "a:/x", "has ':'"), ("word", "{{v}}", "--bind=/", "the whole value"),
        ("word", "{{v}}", "x", "the whole value"), ("word", "{{v}}{{v}}", "--bind", "begins with '-'"),
        ("word", "--{{v}}", "bind=x", "has '='"), ("word", "tool run {{v}}", "a b", "has ' '"),
        ("word", "tool run {{v}}", "$(x)", "has '$'"), ("word", "/sets/.{{v}}:/x", ".", "it is '.'"),
    ])
    func `a value that escapes its part of a template value is rejected`(
        _ key: String, _ text: String, _ value: String, _ why: String
    ) throws {
        let error = try #require(throws: LaunchError.self) { _ = try resolve(key, text, set: value) }
        #expect(
            error.diagnostics.contains { $0.message.hasPrefix("\(key): the value ") && $0.message.contains(why) },
            "\(error.diagnostics.map(\.message))")
    }

    @Test(arguments: [
        ("volume", "/data/{{v}}:/data", "set-1"), ("network", "{{v}}", "train"), ("user", "{{v}}", "1000:1000"),
        ("output", "{{v}}", "/out/deep"), ("output", "/out/{{v}}", "a b"), ("role", "{{v}}", "arn:aws:iam::1:role/x"),
        ("s3", "{{v}}", "s3://bucket/any/prefix"), ("s3", "s3://b/{{v}}/x", "user@corp"),
        ("env", "{{v}}", "../any:thing"), ("word", "/sets/{{v}}:/set", "small-1.0"),
        ("word", "--name={{v}}", "me@corp"),
        ("env", "a/{{v}}", ".."),
    ])
    func `a value that stays in its part is accepted`(_ key: String, _ text: String, _ value: String) throws {
        #expect(try resolve(key, text, set: value) == .string(text.replacing("{{v}}", with: value)))
    }

    @Test func `values that the queue's owner lists or sets are not restricted`() throws {
        let values: [JSONValue] = [.string("/srv/a:/a"), .string("/srv/b:/b")]
        #expect(try resolve("volume", "{{v}}", set: "/srv/b:/b", allowed: values) == .string("/srv/b:/b"))
        #expect(try resolve("volume", "/d{{v}}:/x", standard: .string("/deep/er")) == .string("/d/deep/er:/x"))
    }

    @Test func `a macro with a grammar of its own may be a word of a command, and the image a part of one`() throws {
        #expect(try resolve("word", "${project_name}", project: "p") == .string("p"))
        #expect(try resolve("word", "docker://${image_uri}")?.stringValue?.hasPrefix("docker://") == true)
    }

    @Test(arguments: ["host", "HOST", "Host"])
    func `a macro is checked like a variable`(project: String) throws {
        let error = try #require(throws: LaunchError.self) {
            _ = try resolve("network", "${project_name}", project: project)
        }
        #expect(error.diagnostics.map(\.message).joined().contains("is reserved"))
        let mount = try #require(throws: LaunchError.self) {
            _ = try resolve("volume", "${project_name}", project: "p")
        }
        #expect(mount.diagnostics.map(\.message).joined().contains("the whole value"))
    }
}
