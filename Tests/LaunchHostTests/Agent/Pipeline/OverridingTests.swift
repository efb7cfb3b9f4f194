import LaunchHost
import Testing

/// The parts of a queue's template that a submitter may change, and their spellings.
@Suite struct OverridingTests {
    private static let keyed = RunnerPlugin(
        Fake.open.base, template: nil, defaultTemplate: "",
        protectedPaths: [FieldPath([.member("RoleArn")]), FieldPath([.member("Disk"), .member("KmsKey")])],
        spelling: { path in
            FieldPath(
                path.steps.map { step in
                    guard case .member(let name) = step else { return step }
                    let words = name.split(separator: "_")
                    let known = ["role_arn", "tags", "key", "value", "disk", "kms_key", "size"]
                    return known.contains(name)
                        ? .member(words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()) : step
                })
        }, keyedLists: [FieldPath([.member("Tags")]): "Key"],
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: FieldPath([.member("Start"), .member("Entry")]),
            arguments: FieldPath([.member("Start"), .member("Words")]), environment: FieldPath([.member("Env")]),
            runConfig: FieldPath([.member("Params")])))

    private static func tag(_ key: String, _ value: String) -> JSONValue {
        .object(["Key": .string(key), "Value": .string(value)])
    }

    private let template: JSONValue = .object([
        "RoleArn": .string("arn"), "Disk": .object(["Size": .integer(1), "KmsKey": .string("k")]),
        "Tags": .array([tag("team", "vision"), tag("cost", "1")]),
    ])

    private func resolve(
        _ arguments: JSONValue? = nil, settings: [(String, JSONValue)] = [], allow: [FieldPath]? = nil,
        _ change: (inout Overrides) -> Void = { _ in }
    ) throws -> JSONValue {
        let stage = ResolveStage(
            queue: ResolveStage.Queue(
                template: template, allowOverrides: allow,
                policy: SubmitterPolicy(images: .any, projects: .any, entities: .any)), plugin: Self.keyed)
        var spec = LaunchSpec(
            source: .image("x"), project: "p", entity: "e", author: "a", resource: "cloud", queue: "q",
            overrides: Overrides(
                resourceArguments: arguments,
                settings: try settings.map {
                    Overrides.Setting(path: try #require(FieldPath(parsing: $0.0)), value: $0.1)
                }))
        change(&spec.overrides)
        return try stage.job(spec, as: .random()).template
    }

    private func complaint(_ body: () throws -> JSONValue) throws -> String {
        let error = try #require(throws: LaunchError.self) { _ = try body() }
        return error.diagnostics.map(\.message).joined(separator: "; ")
    }

    @Test func `a submitter's tags are added to the queue's tags`() throws {
        let changed = try resolve(
            .object(["tags": .array([.object(["key": .string("mine"), "value": .string("2")])])]))
        #expect(
            changed["Tags"]
                == .array([Self.tag("team", "vision"), Self.tag("cost", "1"), Self.tag("mine", "2")]))
    }

    @Test func `a submitter cannot change the queue's tags`() throws {
        let same = try resolve(.object(["Tags": .array([Self.tag("cost", "1")])]))
        #expect(same["Tags"]?.arrayValue?.count == 2)
        #expect(
            try complaint { try resolve(.object(["Tags": .array([Self.tag("cost", "9")])])) }
                == "Tags cost is the queue's to set, not a submitter's")
        #expect(
            try complaint { try resolve(settings: [("Tags[1].Value", .string("9"))]) }
                == "Tags[1] is the queue's to set, not a submitter's")
    }

    @Test(arguments: [JSONValue.null, .object(["cost": .string("9")]), .object([:]), .string("")])
    func `a submitter cannot remove or replace all of the queue's tags`(value: JSONValue) throws {
        #expect(
            try complaint { try resolve(settings: [("tags", value)]) }
                == "Tags is the queue's to set, not a submitter's")
    }

    @Test func `null removes a value that a submitter may change`() throws {
        let changed = try resolve(.object(["Disk": .object(["Size": .null])]), settings: [("None.At.All", .null)])
        #expect(changed["Disk"] == .object(["KmsKey": .string("k")]))
        #expect(changed["None"] == nil)
    }

    @Test func `the queue's rules also apply to values with an option of their own`() throws {
        let changes: [(path: String, change: (inout Overrides) -> Void)] = [
            ("Start.Entry", { $0.entryPoint = ["x"] }), ("Start.Words", { $0.arguments = ["x"] }),
            ("Env.A", { $0.environment = ["A": "x"] }), ("Params.lr", { $0.runConfig = ["lr": .integer(1)] }),
        ]
        for (path, change) in changes {
            #expect(
                try complaint { try resolve(allow: [], change) } == "the queue does not let a submitter change \(path)")
            let own = try #require(FieldPath(parsing: path))
            _ = try resolve(allow: [own], change)
            _ = try resolve(allow: nil, change)
        }
    }

    @Test func `a queue may let submitters change its tags`() throws {
        let allow = [FieldPath([.member("Tags")])]
        let changed = try resolve(.object(["Tags": .array([Self.tag("cost", "9")])]), allow: allow)
        #expect(changed["Tags"] == .array([Self.tag("team", "vision"), Self.tag("cost", "9")]))
        #expect(
            try complaint { try resolve(.object(["Disk": .object(["Size": .integer(2)])]), allow: allow) }
                == "the queue does not let a submitter change Disk.Size")
    }

    @Test(arguments: ["RoleArn", "role_arn"])
    func `a protected path is protected in each spelling`(key: String) throws {
        #expect(
            try complaint { try resolve(.object([key: .string("other")])) }
                == "RoleArn is the queue's to set, not a submitter's")
        #expect(
            try complaint { try resolve(settings: [(key, .string("other"))]) }
                == "RoleArn is the queue's to set, not a submitter's")
    }

    @Test func `a mapping that contains a protected path cannot be replaced as a whole`() throws {
        #expect(
            try complaint { try resolve(settings: [("disk", .object(["Size": .integer(2)]))]) }
                == "Disk.KmsKey is the queue's to set, not a submitter's")
        #expect(
            try complaint { try resolve(.object(["disk": .object(["kms_key": .string("mine")])])) }
                == "Disk.KmsKey is the queue's to set, not a submitter's")
        let changed = try resolve(.object(["disk": .object(["size": .integer(2)])]))
        #expect(changed["Disk"] == .object(["Size": .integer(2), "KmsKey": .string("k")]))
    }

    @Test func `arguments may be under the resource's name`() throws {
        let changed = try resolve(.object(["cloud": .object(["disk": .object(["size": .integer(3)])])]))
        #expect(changed["Disk"]?["Size"] == .integer(3))
    }

    /// Brackets begin a list in YAML, so such a path is quoted.
    @Test(arguments: [
        ("Disk.KmsKey", "Disk.KmsKey"), ("RoleArn[0]", #""RoleArn[0]""#), ("RoleArn.a b", #""RoleArn.a b""#),
    ])
    func `the hint can be pasted into the queue's file`(path: String, written: String) throws {
        let error = try #require(throws: LaunchError.self) { _ = try resolve(settings: [(path, .string("x"))]) }
        let hint = try #require(error.diagnostics.first?.hint)
        let line = "allow_overrides: [\(written)]"
        #expect(hint.contains("'\(line)'"))
        let document = try Document(text: line, name: "queue.yaml")
        #expect(document.jsonValue["allow_overrides"] == .array([.string(path)]))
    }
}
