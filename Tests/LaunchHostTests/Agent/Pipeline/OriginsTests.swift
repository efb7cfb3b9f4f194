import LaunchHost
import Testing

/// Each value of a resolved template has its origin.
@Suite struct OriginsTests {
    private static let plugin = RunnerPlugin(
        Fake.open.base, template: nil, defaultTemplate: "",
        spelling: { path in
            let names = ["role_arn": "RoleArn", "disk": "Disk", "size": "Size", "kms_key": "KmsKey", "tags": "Tags"]
            return FieldPath(
                path.steps.map { step in
                    guard case .member(let name) = step, let known = names[name] else { return step }
                    return .member(known)
                })
        }, keyedLists: [path("Tags"): "Key"],
        optionPaths: RunnerPlugin.OptionPaths(
            entryPoint: path("Start.Entry"), arguments: path("Start.Words"), environment: path("Env"),
            runConfig: path("Params"), image: path("Start.Image")))

    private static let queue = """
        {"RoleArn": "arn", "Disk": {"Size": "{{size}}", "KmsKey": "k"}, "Env": {"MODE": "fast"},
         "Name": "${project_name}-{{size}}-${run_id}", "Image": "${image_uri}", "Empty": null,
         "Hosts": ["a", "b", "c"], "Tags": [{"Key": "team", "Value": "vision"}]}
        """

    private static func path(_ text: String) -> FieldPath { FieldPath(parsing: text) ?? FieldPath() }
    private func path(_ text: String) -> FieldPath { Self.path(text) }

    private func origins(
        source: Source = .image("x"), _ change: (inout Overrides) throws -> Void = { _ in }
    ) throws -> Origins {
        let stage = ResolveStage(
            queue: ResolveStage.Queue(
                template: try json(Self.queue),
                variables: [TemplateVariable(name: "size", type: .integer, defaultValue: .integer(30))],
                allowOverrides: [FieldPath()], policy: .unlimited), plugin: Self.plugin)
        var spec = LaunchSpec(
            source: source, project: "p", entity: "e", author: "a", resource: "cloud", queue: "q")
        try change(&spec.overrides)
        return try stage.resolution(of: spec, as: .random()).origins
    }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    private func set(_ text: String, _ value: String) throws -> Overrides.Setting {
        Overrides.Setting(path: path(text), value: try json(value))
    }

    @Test func `a value of the queue's file comes from its path there`() throws {
        let origins = try origins()
        #expect(origins.origin(of: path("RoleArn")) == Origin(.template(path("RoleArn"))))
        #expect(origins.origin(of: path("Hosts[1]")) == Origin(.template(path("Hosts[1]"))))
        #expect(origins.origin(of: path("Empty")) == Origin(.template(path("Empty"))))
    }

    @Test func `a value that neither the queue nor the submitter wrote has no origin`() throws {
        let origins = try origins()
        #expect(origins.origin(of: path("Disk.Kind")) == nil)
        #expect(origins.origin(of: path("Tags[1].Value")) == nil)
    }

    @Test func `each option is the origin of its value`() throws {
        let origins = try origins { overrides in
            overrides.settings = [try set("role_arn", #""mine""#)]
            overrides.environment = ["MODE": "slow"]
            overrides.runConfig = ["epochs": .integer(3)]
            overrides.entryPoint = ["python"]
            overrides.arguments = ["--fast", "yes"]
            overrides.resourceArguments = try json(#"{"disk": {"kms_key": "other"}}"#)
        }
        #expect(origins.origin(of: path("RoleArn"))?.source == .option(.setting))
        #expect(origins.origin(of: path("Env.MODE"))?.source == .option(.environment))
        #expect(origins.origin(of: path("Params.epochs"))?.source == .option(.runConfig))
        #expect(origins.origin(of: path("Start.Entry[0]"))?.source == .option(.entryPoint))
        #expect(origins.origin(of: path("Start.Words[1]"))?.source == .option(.arguments))
        #expect(origins.origin(of: path("Disk.KmsKey"))?.source == .option(.resourceArguments))
        #expect(origins.origin(of: path("Disk.Size"))?.source == .template(path("Disk.Size")))
    }

    @Test func `the options are named as a user writes them`() {
        #expect(
            SubmitOption.allCases.map(\.rawValue) == [
                "--set", "--resource-args", "--env", "--param", "--entry-point", "the arguments after --",
            ])
    }

    @Test func `a text names the placeholders whose values it has`() throws {
        let defaulted = try origins()
        #expect(
            defaulted.origin(of: path("Disk.Size"))
                == Origin(.template(path("Disk.Size")), placeholders: [.defaulted("size")]))
        let submitted = try origins { $0.variables = ["size": .string("40")] }
        #expect(submitted.origin(of: path("Disk.Size"))?.placeholders == [.submitted("size")])
        #expect(
            submitted.origin(of: path("Name"))?.placeholders
                == [.macro("project_name"), .submitted("size"), .macro("run_id")])
        #expect(submitted.origin(of: path("RoleArn"))?.placeholders == [])
    }

    @Test func `a submitter's text keeps its option and names its placeholders`() throws {
        let origins = try origins { $0.settings = [try set("Name", #""{{size}}-${author}""#)] }
        #expect(
            origins.origin(of: path("Name"))
                == Origin(.option(.setting), placeholders: [.defaulted("size"), .macro("author")]))
    }

    @Test func `the run's image is the origin of its place and of a text that is only its macro`() throws {
        let origins = try origins { $0.settings = [try set("Name", #""${image_uri}""#)] }
        #expect(origins.origin(of: path("Start.Image"))?.source == .image)
        #expect(origins.origin(of: path("Image"))?.source == .image)
        #expect(origins.origin(of: path("Name"))?.source == .option(.setting))
    }

    @Test func `an image of a submitter's template is from its option`() throws {
        let origins = try origins(source: .template) { $0.settings = [try set("Start.Image", #""busybox:1""#)] }
        #expect(origins.origin(of: path("Start.Image"))?.source == .option(.setting))
    }

    @Test func `a member that is added to the submitter's mapping has its own option`() throws {
        let origins = try origins { overrides in
            overrides.resourceArguments = try json(#"{"Vpc": {"Nets": ["n"], "Zone": "z"}}"#)
            overrides.settings = [
                try set("Vpc.Zone", #""y""#), try set("Disk", #"{"size": 1, "Extra": {"x": 1}}"#),
            ]
        }
        #expect(origins.origin(of: path("Vpc"))?.source == .option(.resourceArguments))
        #expect(origins.origin(of: path("Vpc.Nets[0]"))?.source == .option(.resourceArguments))
        #expect(origins.origin(of: path("Vpc.Zone"))?.source == .option(.setting))
        #expect(origins.origin(of: path("Disk.Size"))?.source == .option(.setting))
        #expect(origins.origin(of: path("Disk.Extra.x"))?.source == .option(.setting))
    }

    @Test func `a mapping that the submitter replaces loses the origins in it`() throws {
        let origins = try origins { overrides in
            overrides.resourceArguments = try json(#"{"Disk": {"Size": 1}}"#)
            overrides.settings = [try set("Disk", #"{"Kind": "x"}"#)]
        }
        #expect(origins.origin(of: path("Disk.Size"))?.source == .option(.setting))
        #expect(origins.origin(of: path("Disk.Kind"))?.source == .option(.setting))
    }

    @Test func `a removed value has the origin of its removal until it is set again`() throws {
        let removed = try origins { $0.settings = [try set("disk.kms_key", "null")] }
        #expect(removed.removal(of: path("Disk.KmsKey")) == .setting)
        #expect(removed.removal(of: path("Disk.Size")) == nil)
        let again = try origins { $0.settings = [try set("Disk.KmsKey", "null"), try set("Disk.KmsKey", #""n""#)] }
        #expect(again.removal(of: path("Disk.KmsKey")) == nil)
        #expect(again.origin(of: path("Disk.KmsKey"))?.source == .option(.setting))
    }

    @Test func `items after a removed item keep their origins`() throws {
        let origins = try origins { $0.settings = [try set("Hosts[2]", #""mine""#), try set("Hosts[0]", "null")] }
        #expect(origins.origin(of: path("Hosts[0]"))?.source == .template(path("Hosts[1]")))
        #expect(origins.origin(of: path("Hosts[1]"))?.source == .option(.setting))
    }

    @Test func `in a keyed list, only the added items have the submitter as origin`() throws {
        let origins = try origins { overrides in
            overrides.resourceArguments = try json(
                #"{"tags": [{"Key": "team", "Value": "vision"}, {"Key": "mine", "Value": "1"}]}"#)
        }
        #expect(origins.origin(of: path("Tags[0].Value"))?.source == .template(path("Tags[0].Value")))
        #expect(origins.origin(of: path("Tags[1].Value"))?.source == .option(.resourceArguments))
        #expect(origins.hasAdditions(below: path("Tags")))
        #expect(!origins.hasAdditions(below: path("Disk")))
    }

    @Test func `a changed member does not count as an addition to its mapping`() throws {
        let changed = try origins { $0.environment = ["MODE": "slow"] }
        #expect(!changed.hasAdditions(below: path("Env")))
        let added = try origins { $0.environment = ["OTHER": "x"] }
        #expect(added.hasAdditions(below: path("Env")))
    }
}
