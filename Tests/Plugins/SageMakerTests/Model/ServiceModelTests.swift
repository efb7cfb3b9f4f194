import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

@testable import LaunchSageMaker

struct ServiceModelTests {
    @Test func `the bundled model is complete`() throws {
        let model = ServiceModel.bundled
        #expect(model.source == "botocore 1.44.5")
        #expect(model.shapes.count == 131)
        #expect(model.root?.name == "CreateTrainingJobRequest")
        guard case .structure(let request) = model.root?.kind else { throw Corpus.Fault(description: "no structure") }
        #expect(request.members.count == 28)
        #expect(request.required == ["TrainingJobName", "RoleArn", "OutputDataConfig"])
    }

    @Test func `every pattern of the model can be compiled`() {
        var count = 0
        for shape in ServiceModel.bundled.shapes {
            guard case .text(let rules) = shape.kind, let pattern = rules.pattern else { continue }
            count += 1
            #expect(pattern.isReadable, "\(shape.name): \(pattern.text)")
        }
        #expect(count > 40)
    }

    @Test func `a model from a file replaces the bundled one`() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/model.json"
        try Data(ServiceModel.bundledText.replacing("ml.m5.large", with: "ml.m5.huge").utf8)
            .write(to: URL(filePath: path))
        let model = try ServiceModel(reading: path)
        #expect(model.shapes.count == ServiceModel.bundled.shapes.count)
        let document = try Corpus.document(
            of: Corpus.Change(base: "plain", set: ["ResourceConfig.InstanceType": .string("ml.m5.huge")]))
        #expect(RequestValidator(model: model).findings(in: document).isEmpty)
        #expect(!RequestValidator().findings(in: document).isEmpty)
    }

    /// The format of botocore's own file, in which members name their shapes with additional keys.
    @Test func `botocore's own format can be read`() throws {
        let model = try ServiceModel(
            parsing: """
                {"metadata": {"apiVersion": "2017-07-24"}, "operations": {}, "shapes": {
                  "CreateTrainingJobRequest": {"type": "structure", "required": ["A"], "members": {
                    "A": {"shape": "Name", "documentation": "<p>A name.</p>"}, "B": {"shape": "Names"}}},
                  "Name": {"type": "string", "max": 3, "pattern": "[a-z]*"},
                  "Names": {"type": "list", "member": {"shape": "Name"}, "max": 1},
                  "Unrelated": {"type": "blob"}}}
                """)
        #expect(model.source == "service-2.json of 2017-07-24")
        #expect(model.shapes.map(\.name).sorted() == ["CreateTrainingJobRequest", "Name", "Names"])
        let document = JSONValue.object(["A": .string("abcd"), "B": .array([.string("A"), .string("b")])])
        var checks = ModelChecks(model)
        checks.check(document)
        #expect(Set(checks.findings.compactMap(\.rule)) == ["length", "pattern", "count"])
    }

    @Test(arguments: [
        ("{", "it is not JSON"), ("[]", "the value of '' has the wrong type"), ("{}", "'shapes' is missing"),
        (#"{"shapes": {}}"#, "it has no shape 'CreateTrainingJobRequest'"),
        (#"{"shapes": {"CreateTrainingJobRequest": {"type": "string"}}}"#, "the request is not a structure in it"),
        (
            #"{"root": "R", "shapes": {"R": {"type": "structure", "members": {"A": "B"}}}}"#, "it has no shape 'B'"
        ),
        (
            #"{"root": "R", "shapes": {"R": {"type": "structure", "members": {"A": "L"}}, "L": {"type": "list"}}}"#,
            "the list 'L' has no 'member'"
        ),
    ])
    func `an error in a model names the model and the error`(text: String, reason: String) throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/model.json"
        try Data(text.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: BackendError.self) { try ServiceModel(reading: path) }
        #expect(error?.category == .configuration)
        #expect(error?.message == "\(path) is not a model of CreateTrainingJob: \(reason).")
    }

    @Test func `a missing model is named`() throws {
        let error = #expect(throws: BackendError.self) { try ServiceModel(reading: "/nowhere/model.json") }
        #expect(error?.message == "The model /nowhere/model.json cannot be read: the file does not exist.")
    }

    /// A script makes the data. If the same version of botocore is installed, it must give the same result.
    @Test(.timeLimit(.minutes(30))) func `the shipped model matches its botocore`() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../scripts/regenerate-sagemaker-model").standardized.path
        guard Subprocess.find("python3") != nil else {
            print("Not compared with botocore: python3 is not installed.")
            return
        }
        let check = try await Subprocess.run("python3", [script, "--check"], timeout: .seconds(600))
        if check.exit == .code(3) || check.stderrText.contains("no module botocore") {
            print("Not compared with botocore: \(check.stdoutText)\(check.stderrText)")
        } else {
            #expect(check.exit.isSuccess, "\(check.stderrText)")
        }
    }

    /// With any installed version of botocore, the script's result is a model that accepts our requests.
    @Test(.timeLimit(.minutes(30))) func `the script makes valid models`() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../scripts/regenerate-sagemaker-model").standardized.path
        guard Subprocess.find("python3") != nil else { return }
        let made = try await Subprocess.run("python3", [script, "--json"], timeout: .seconds(600))
        guard made.exit.isSuccess else {
            print("Not made: \(made.stderrText)")
            return
        }
        let model = try ServiceModel(parsing: made.stdoutText)
        #expect(model.source.hasPrefix("botocore "))
        let document = try Corpus.document(of: Corpus.Change(base: "full"))
        #expect(RequestValidator(model: model).findings(in: document).filter { $0.severity == .error }.isEmpty)
    }
}
