import LaunchHost
import Testing

@Suite struct QueueFileTests {
    private func read(_ text: String, _ runner: RunnerPlugin = Fake.container) throws -> QueueFile {
        try QueueFile(Document(text: text, name: "queue.yaml", kind: .invalid), runner: runner)
    }

    private func complaints(_ text: String, _ runner: RunnerPlugin = Fake.container) throws -> [String] {
        do { return Fake.heads(try read(text, runner).warnings) } catch {
            let error = try #require(error as? LaunchError)
            #expect(error.kind == .invalid)
            return Fake.heads(error.diagnostics)
        }
    }

    @Test func `limits and owners are read`() throws {
        let file = try read(
            "limits: {queue: 8, per_submitter: 2, waiting: 100}\nmax_priority: high\nowners: [ada, bob, ada]\nmemory: 4g"
        )
        #expect(file.limits == QueueLimits(queue: 8, perSubmitter: 2, priority: .high, waiting: 100))
        #expect(file.owners == ["ada", "bob"])
        #expect(try read("limits: {}\nowners:").limits == nil)
        #expect(try read("limits:\n").limits == nil)
    }

    /// The container runner with the types of instances that it knows.
    private static func runner(_ types: [String]?) -> RunnerPlugin {
        var runner = Fake.container
        if let types { runner.instanceTypes = { types } }
        return runner
    }

    @Test func `limits of instances are read for a runner that has some`() throws {
        let text = "limits: {per_instance_type: {ml.p4d.24xlarge: 2, ml.g5.xlarge: 8}}"
        let read = try read(text, Self.runner(["ml.p4d.24xlarge", "ml.g5.xlarge"]))
        let limits = try #require(read.limits)
        #expect(limits == QueueLimits(perInstanceType: ["ml.p4d.24xlarge": 2, "ml.g5.xlarge": 8]))
        #expect(read.warnings.isEmpty)
        #expect(limits.summary == "8 instances of ml.g5.xlarge, 2 instances of ml.p4d.24xlarge")
        #expect(try limits.declaration?.decode(QueueLimits.self) == limits)
        // A runner that cannot list its types knows no wrong name.
        #expect(try self.read(text, Self.runner([])).warnings.isEmpty)
        #expect(try self.read("limits: {per_instance_type: {}}").limits == nil)
    }

    @Test(arguments: [
        (
            "{ml.p4d.24xlarge: 0}", ["ml.p4d.24xlarge"] as [String]?,
            #"1:47: "ml.p4d.24xlarge" of "per_instance_type" in "limits" must be a whole number from 1 to 100000"#
        ),
        ("{g5: two}", [], #"1:34: "g5" of "per_instance_type""#),
        ("{'a b': 1}", [], #"1:37: "a b" is not the name of an instance type"#),
        ("{g5: 1}", nil, "1:29: runs of local-docker have no instance types that a queue can limit"),
        (
            "{ml.p4d.24xlarg: 1}", ["ml.p4d.24xlarge"],
            #"1:46: warning: local-docker has no instance type "ml.p4d.24xlarg" that this program knows; did you mean "ml.p4d.24xlarge"?"#
        ),
    ])
    func `a wrong limit of instances is named at its place`(text: String, types: [String]?, expected: String) throws {
        let found = try complaints("limits: {per_instance_type: \(text)}", Self.runner(types))
        #expect(found.contains { $0.hasPrefix("queue.yaml:" + expected) }, "\(found)")
    }

    @Test(arguments: [
        (
            "limits: {queue: 0}",
            #"1:17: "queue" in "limits" must be a whole number from 1 to 100000; found the number 0"#
        ),
        (
            "limits: {queue: '{{n}}'}",
            #"1:17: "queue" in "limits" must be a whole number from 1 to 100000; found the text"#
        ),
        ("limits: {per_submiter: 2}", #"1:10: unknown key "per_submiter" in "limits"; did you mean "per_submitter"?"#),
        ("limits: 8", #"1:9: "limits" must be a mapping"#),
        ("limits: {priority: high}", #"1:10: unknown key "priority" in "limits""#),
        ("owners: ada", #"1:9: "owners" must be a list of text"#),
        ("owners: [1]", #"1:10: item 1 of "owners" must be text"#),
        ("owners: ['']", "1:10: the name of an owner is empty"),
    ])
    func `a wrong limit or owner is refused at its place`(text: String, expected: String) throws {
        let found = try complaints(text)
        #expect(found.contains { $0.hasPrefix("queue.yaml:" + expected) }, "\(found)")
    }

    @Test func `reserved keys are not part of the template`() throws {
        let file = try read(
            """
            memory: "{{memory}}"
            gpus: "{{gpus}}"
            environment: {RUN: "${run_id}", PRICE: "$${not_a_macro}"}
            template_variables:
              memory: {type: string, enum: [4g, 8g], default: 4g, description: How much.}
              gpus: {schema: {type: integer, min: 0, max: 4}}
            allow_overrides: [memory, "volumes[0]"]
            allow_sources: any
            """)
        #expect(
            file.template
                == .object([
                    "memory": .string("{{memory}}"), "gpus": .string("{{gpus}}"),
                    "environment": .object(["RUN": .string("${run_id}"), "PRICE": .string("$${not_a_macro}")]),
                ]))
        #expect(
            file.variables == [
                TemplateVariable(
                    name: "memory", type: .string, allowed: [.string("4g"), .string("8g")],
                    defaultValue: .string("4g"), help: "How much."),
                TemplateVariable(name: "gpus", type: .integer, minimum: 0, maximum: 4),
            ])
        #expect(file.allowOverrides?.map(\.description) == ["memory", "volumes[0]"])
        #expect(file.warnings == [])
        let coded = try JSONValue(encoding: file.variables).decode([TemplateVariable].self)
        #expect(coded == file.variables)
    }

    @Test(arguments: [
        (
            "environment", "integer",
            "\"environment\" in the template (resource: local-docker) must be a mapping of text; found "
                + "\"{{n}}\", which is a whole number"
        ),
        ("volumes", "string", "must be a list of text; found \"{{n}}\", which is text"),
        ("cpus", "string", "must be a number from 0.1 to 1024; found \"{{n}}\", which is text"),
        ("cpus", "boolean", "found \"{{n}}\", which is true or false"),
        ("gpus", "boolean", "found \"{{n}}\", which is true or false"),
        ("memory", "boolean", "found \"{{n}}\", which is true or false"),
        ("cpus", "integer, minimum: 2000", "found \"{{n}}\", which is a whole number from 2000"),
        ("cpus", "string, enum: [a, b]", "found \"{{n}}\", which is one of a, b"),
        ("memory", "string, enum: [a, b]", "found \"{{n}}\", which is one of a, b"),
        ("cpus", "number, default: 2000", "the default of \"n\" does not fit: \"cpus\" in the template"),
        ("gpus", "number, default: 1.5", "the default of \"n\" does not fit"),
        ("gpus", "string, default: abc", "the default of \"n\" does not fit"),
        ("memory", "string, default: abc", "the default of \"n\" does not fit"),
    ])
    func `a variable that never fits its field is rejected in the file`(
        field: String, type: String, says: String
    ) throws {
        let complaints = try complaints("\(field): \"{{n}}\"\ntemplate_variables: {n: {type: \(type)}}")
        let line = says.contains("the default") ? "queue.yaml:2:" : "queue.yaml:1:\(field.count + 3): "
        #expect(complaints.count == 1 && complaints.first?.hasPrefix(line) == true, "\(complaints)")
        #expect(complaints.first?.contains(says) == true, "\(complaints)")
    }

    @Test(arguments: [
        "cpus: \"{{n}}0\"", "cpus: \"${run_id}\"", "environment: \"${run_id}\"", "volumes: \"{{n}},{{n}}\"",
    ])
    func `text with a placeholder in it is rejected where no text fits`(_ template: String) throws {
        let complaints = try complaints(
            "\(template)\ntemplate_variables: {n: {schema: {type: integer, default: 1}}}")
        #expect(complaints.contains { $0.contains("which becomes text") }, "\(complaints)")
    }

    @Test(arguments: [
        ("environment: {A: \"{{n}}\"}", "boolean"), ("volumes: [\"{{n}}\"]", "number"), ("cpus: \"{{n}}\"", "integer"),
        ("cpus: \"{{n}}\"", "number, default: 0.5"), ("gpus: \"{{n}}\"", "string"), ("gpus: \"{{n}}\"", "number"),
        ("gpus: \"{{n}}\"", "string, default: all"), ("memory: \"{{n}}\"", "integer"),
        ("memory: \"{{n}}m\"", "integer"),
        ("memory: \"{{n}}\"", "string, default: 4g"), ("environment: {A: \"{{n}}-${run_id}\"}", "integer"),
    ])
    func `a variable that may fit its field is accepted`(template: String, type: String) throws {
        #expect(try complaints("\(template)\ntemplate_variables: {n: {type: \(type)}}") == [])
    }

    @Test func `an open template keeps the service's own keys`() throws {
        let file = try read("{\"Anything\": {\"Goes\": [1, \"${image_uri}\"]}}", Fake.open)
        #expect(file.template["Anything"]?["Goes"]?.arrayValue?.first == .integer(1))
        #expect(file.allowOverrides == nil && file.variables == [])
        #expect(
            file.document.mark(at: FieldPath().appending("Anything").appending("Goes")) == Mark(line: 1, column: 23))
    }

    @Test(arguments: [
        ("cpu: 2", "1:1: unknown key \"cpu\" in the template (resource: local-docker); did you mean \"cpus\"?"),
        ("local-docker: 2", "1:1: the template is inside \"local-docker\""),
        ("local-docker: {cpus: 2}\nmemory: 1g", "1:1: the template is inside \"local-docker\""),
        (
            "memory: much",
            "1:9: \"memory\" in the template (resource: local-docker) must be a size, e.g. 512m or 8g; found the text \"much\""
        ),
        ("environment: {A: \"${run_idd}\"}", "1:18: unknown macro \"${run_idd}\"; did you mean \"run_id\"?"),
        ("environment: {A: \"${HOME}\"}", "1:18: unknown macro \"${HOME}\""),
        ("memory: \"{{mem}}\"", "1:9: the template variable \"{{mem}}\" is not declared"),
        (
            "memory: \"{{memori}}\"\ntemplate_variables: {memory: {type: string}}",
            "1:9: the template variable \"{{memori}}\" is not declared; did you mean \"memory\"?"
        ),
        (
            "environment: {\"${run_id}\": x}",
            "1:15: the key \"${run_id}\" holds a placeholder, and keys are not expanded"
        ),
        ("template_variables: [a]", "1:21: \"template_variables\" must be a mapping of names; found a list"),
        ("template_variables: {a: {}}", "1:22: \"type\" is missing in template variable \"a\""),
        (
            "template_variables: {a: {type: float}}",
            "1:32: \"type\" in template variable \"a\" must be string, integer, number or boolean; found \"float\""
        ),
        (
            "template_variables: {a: {type: string, enun: [x]}}",
            "1:40: unknown key \"enun\" in template variable \"a\"; did you mean \"enum\"?"
        ),
        (
            "template_variables: {a: {type: integer, enum: [1, two]}}",
            "1:51: item 2 of \"enum\" must be a whole number; found the text \"two\""
        ),
        (
            "template_variables: {a: {type: integer, minimum: 1, default: 0}}",
            "1:62: the default of \"a\" must be a whole number from 1; found the number 0"
        ),
        ("template_variables: {a: {type: integer, min: 5, max: 1}}", "1:41: \"min\" is larger than the maximum, 1"),
        ("template_variables: {a: {type: string, max: 1}}", "1:40: \"max\" is for numbers, and the type is string"),
        ("template_variables: {a: {type: integer, max: 1, maximum: 1}}", "1:49: \"maximum\" and \"max\" are the same"),
        ("template_variables: {a: {type: string, enum: []}}", "1:40: \"enum\" is empty: no value would be allowed"),
        ("template_variables: {\"a b\": {type: string}}", "1:22: \"a b\" is not a name for a template variable"),
        ("allow_overrides: memory", "1:18: \"allow_overrides\" must be a list of paths; found the text \"memory\""),
        ("allow_overrides: [\"a..b\"]", "1:19: item 1 of \"allow_overrides\" must be a path; found the text \"a..b\""),
        (
            "allow_overrides: [memry]",
            "1:19: the template (resource: local-docker) has no key \"memry\"; did you mean \"memory\"?"
        ),
        ("- a", "1:1: a queue's file must be a mapping of keys; found a list"),
    ])
    func `an invalid queue's file is rejected at its position`(_ text: String, _ says: String) throws {
        let complaints = try complaints(text).filter { !$0.contains("warning:") }
        #expect(complaints == ["queue.yaml:\(says)"])
    }

    @Test func `a misspelt reserved key in an open template is an error`() throws {
        #expect(
            try complaints("RoleArn: x\ntemplateVariables: {}\nallow_override: []", Fake.open) == [
                "queue.yaml:2:1: unknown key \"templateVariables\"; did you mean \"template_variables\"?",
                "queue.yaml:3:1: unknown key \"allow_override\"; did you mean \"allow_overrides\"?",
            ])
    }

    @Test func `an unused variable is a warning`() throws {
        #expect(
            try complaints("template_variables: {a: {type: string}}") == [
                "queue.yaml:1:22: warning: the template does not use the variable \"a\""
            ])
    }
}

@Suite struct TemplateVariableTests {
    private func message(_ body: () throws -> JSONValue) -> String? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? LaunchError)?.message }
    }

    @Test func `a value is checked against the type and the limits of its variable`() throws {
        let gpus = TemplateVariable(name: "gpus", type: .integer, allowed: [.integer(1), .integer(2), .integer(4)])
        #expect(try gpus.check(.integer(2)) == .integer(2))
        #expect(try gpus.check(.number(4.0)) == .integer(4))
        #expect(message { try gpus.check(.integer(3)) } == "template variable \"gpus\" must be one of 1, 2, 4; got 3")
        #expect(message { try gpus.check(.string("2")) } == "template variable \"gpus\" must be one of 1, 2, 4; got 2")
        let rate = TemplateVariable(name: "rate", type: .number, minimum: 0, maximum: 0.5)
        #expect(try rate.check(.integer(0)) == .integer(0))
        #expect(
            message { try rate.check(.number(0.75)) }
                == "template variable \"rate\" must be a number from 0 to 0.5; got 0.75")
    }

    @Test func `text from the command line is read by the type of its variable`() throws {
        #expect(try TemplateVariable(name: "n", type: .integer).check("12") == .integer(12))
        #expect(try TemplateVariable(name: "n", type: .number).check("1e-3") == .number(0.001))
        #expect(try TemplateVariable(name: "n", type: .boolean).check("true") == .bool(true))
        #expect(try TemplateVariable(name: "n", type: .string).check("010") == .string("010"))
        let kind = TemplateVariable(name: "k", type: .string, allowed: [.string("small"), .string("large")])
        #expect(
            message { try kind.check("smal") }
                == "template variable \"k\" must be one of small, large; got smal; did you mean \"small\"?")
        #expect(
            message { try TemplateVariable(name: "b", type: .boolean).check("yes") }
                == "template variable \"b\" must be true or false; got yes")
    }
}

@Suite struct PlaceholdersTests {
    @Test(
        arguments: [
            ("plain", [.text("plain")]), ("", []), ("${run_id}", [.macro("run_id")]),
            ("a-${run_id}-{{ gpus }}", [.text("a-"), .macro("run_id"), .text("-"), .variable("gpus")]),
            ("$${run_id} \\{{x}}", [.text("${run_id} {{x}}")]), ("${open", [.text("${open")]),
            ("{{open}", [.text("{{open}")]), ("$5 {a}", [.text("$5 {a}")]), ("${}", [.macro("")]),
            ("${A:-b}", [.macro("A:-b")]), ("é${a}名", [.text("é"), .macro("a"), .text("名")]),
        ] as [(String, [Placeholders.Piece])])
    func `a text is split into text, macros and variables`(_ text: String, _ pieces: [Placeholders.Piece]) {
        #expect(Placeholders.pieces(of: text) == pieces)
        let plain = pieces.allSatisfy { if case .text = $0 { true } else { false } }
        #expect(Placeholders.contains(text) == !plain)
    }
}

/// `retry`, and keys in two spellings.
@Suite struct QueueFileRulesTests {
    private static let spelling = RunnerPlugin(
        Fake.open.base, template: nil, defaultTemplate: "",
        spelling: { path in
            FieldPath(
                path.steps.map { step in
                    switch step {
                    case .member("role_arn"): .member("RoleArn")
                    case .member("disk"): .member("Disk")
                    case .member("size_in_gb"): .member("SizeInGB")
                    default: step
                    }
                })
        })

    private func read(_ text: String) throws -> QueueFile {
        try QueueFile(Document(text: text, name: "queue.yaml", kind: .invalid), runner: Self.spelling)
    }

    private func complaints(_ text: String) throws -> [String] {
        let error = try #require(throws: LaunchError.self) { _ = try read(text) }
        return Fake.heads(error.diagnostics)
    }

    @Test func `retry is not part of the template`() throws {
        let file = try read("role_arn: x\nretry: {attempts: 3, wait: 12h}\n")
        #expect(file.retry == RetryRules(attempts: 3, waitSeconds: 43_200))
        #expect(file.template == .object(["RoleArn": .string("x")]))
        #expect(try read("retry: {attempts: 1}\n").retry == RetryRules(attempts: 1))
        #expect(try read("retry:\n").retry == nil)
        #expect(try read("RoleArn: x\n").retry == nil)
    }

    @Test(arguments: [
        ("retry: {attempts: 0}", "attempts"), ("retry: {attempts: many}", "attempts"), ("retry: {wait: soon}", "wait"),
        ("retry: {atempts: 3}", "did you mean \"attempts\"?"), ("retry: often", "retry"),
    ])
    func `an invalid retry rule is reported at its position`(text: String, words: String) throws {
        let found = try complaints(text)
        #expect(found.count == 1)
        #expect(found.first?.contains(words) == true && found.first?.contains(":1:") == true, "\(found)")
    }

    @Test func `one key in two spellings is an error at any depth`() throws {
        #expect(
            try complaints("RoleArn: a\nrole_arn: b\n").first?.contains(
                "2:1: \"role_arn\" and \"RoleArn\" are the same key") == true)
        let deep = try complaints("Groups:\n- disk: {size_in_gb: 1, SizeInGB: 2}\n")
        #expect(deep.count == 1 && deep.first?.contains("are the same key") == true, "\(deep)")
        #expect(try read("disk: {size_in_gb: 1}\n").template == .object(["Disk": .object(["SizeInGB": .integer(1)])]))
    }
}
