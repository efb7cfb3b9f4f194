import LaunchHost
import Testing

@testable import LaunchAgent
@testable import LaunchPluginKit
@testable import LaunchSageMaker

/// The input channel of a run's code, and its start command.
@Suite struct CodeInputTests {
    private static let digest = String(repeating: "c", count: 64)
    private static let start = String(repeating: "d", count: 64)

    private static func runnable(
        _ more: [String: JSONValue] = [:], code: JobCode? = nil, installs: Bool? = nil,
        command: [String]? = ["python3", "train.py"]
    ) throws -> RunnableJob {
        var runnable = try TrainingWorld.job("run00001", more)
        let channel = CodeChannel(image: TrainingWorld.image, installsRequirements: installs)
        runnable.job.source = .code(.init(snapshot: digest, origin: "/home/me", dockerfile: "", channel: channel))
        runnable.job.entryPoint = command
        runnable.code =
            code
            ?? JobCode(
                digest: digest, files: 2, bytes: 9, longestPath: "train.py", hasRequirements: false,
                startDigest: start)
        return runnable
    }

    private static func request(_ runnable: RunnableJob) throws -> (request: RunRequest, runner: SageMakerRunner) {
        let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
        return (try runner.render(runnable), runner)
    }

    /// The errors of a request: paths with messages.
    private static func errors(_ runnable: RunnableJob) throws -> [String] {
        let (request, runner) = try request(runnable)
        return runner.validate(request).filter { $0.severity == .error }.map { "\($0.path): \($0.message)" }
    }

    private static func channel(_ name: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        Requests.channel(name, "s3://bucket/\(name)", source: more)
    }

    @Test func `code becomes a File channel of its own prefix, and the command starts in it`() throws {
        let (request, runner) = try Self.request(Self.runnable(["code_uri": "s3://bucket/code//"]))
        #expect(
            request.document["InputDataConfig"] == [
                [
                    "ChannelName": "code", "InputMode": "File",
                    "DataSource": [
                        "S3DataSource": [
                            "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated",
                            "S3Uri": .string("s3://bucket/code/\(Self.digest)/files/"),
                        ]
                    ],
                ]
            ])
        #expect(
            request.document["AlgorithmSpecification"]?["ContainerEntrypoint"]
                == ["sh", "-c", .string(CodeChannel.check), .string(Self.start), "run", "python3", "train.py"])
        // The limit of a word.
        #expect(CodeChannel.check.utf8.count <= 256)
        #expect(request.document["code_uri"] == nil && request.document["code_requirements"] == nil)
        #expect(runner.codePlace(of: request) == CodePlace(root: "s3://bucket/code", digest: Self.digest))
        #expect(runner.validate(request).filter { $0.severity == .error }.isEmpty)
    }

    @Test func `without code_uri the place is below the output, and the queue's channels stay`() throws {
        let (request, runner) = try Self.request(Self.runnable(["InputDataConfig": [Self.channel("train")]]))
        #expect(runner.codePlace(of: request)?.root == "s3://bucket/out/code")
        let names = request.document["InputDataConfig"]?.arrayValue?.compactMap { $0["ChannelName"]?.stringValue }
        #expect(names == ["train", "code"])
    }

    @Test func `a run without code has neither channel nor place, and loses the queue's own keys`() throws {
        var plain = try TrainingWorld.job("run00001", ["code_uri": "s3://bucket/code", "code_requirements": true])
        plain.job.entryPoint = ["python3"]
        let (request, runner) = try Self.request(plain)
        #expect(request.document["InputDataConfig"] == nil && runner.codePlace(of: request) == nil)
        #expect(request.document["AlgorithmSpecification"]?["ContainerEntrypoint"] == ["python3"])
        #expect(request.document["code_uri"] == nil && request.document["code_requirements"] == nil)
    }

    @Test func `requirements are installed if the run asks for it, or the queue does and the code has some`() throws {
        func mode(_ more: [String: JSONValue], has: Bool, installs: Bool?) throws -> JSONValue? {
            let code = JobCode(digest: Self.digest, files: 1, bytes: 1, longestPath: "a", hasRequirements: has)
            let (request, _) = try Self.request(Self.runnable(more, code: code, installs: installs))
            return request.document["AlgorithmSpecification"]?["ContainerEntrypoint"]?.arrayValue?[4]
        }
        #expect(try mode([:], has: true, installs: nil) == "run")
        #expect(try mode([:], has: true, installs: true) == "install")
        #expect(try mode(["code_requirements": true], has: true, installs: nil) == "install")
        #expect(try mode(["code_requirements": true], has: false, installs: nil) == "run")
    }

    @Test func `code joins all instance groups where other channels name groups`() throws {
        let groups: JSONValue = [
            ["InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1],
            ["InstanceGroupName": "b", "InstanceType": "ml.m5.large", "InstanceCount": 1],
        ]
        let resources: JSONValue = ["InstanceGroups": groups, "VolumeSizeInGB": 10]
        let grouped = Self.channel("train", ["InstanceGroupNames": ["a"]])
        let with = try Self.runnable(["ResourceConfig": resources, "InputDataConfig": [grouped]])
        let source = try Self.request(with).request.document["InputDataConfig"]?.arrayValue?[1]["DataSource"]
        #expect(source?["S3DataSource"]?["InstanceGroupNames"] == ["a", "b"])
        #expect(try Self.errors(with).isEmpty)
        let without = try Self.runnable(["ResourceConfig": resources, "InputDataConfig": [Self.channel("train")]])
        let other = try Self.request(without).request.document["InputDataConfig"]?.arrayValue?[1]["DataSource"]
        #expect(other?["S3DataSource"]?["InstanceGroupNames"] == nil)
        #expect(try Self.errors(without).isEmpty)
    }

    @Test func `each rule of code has a finding with its path`() throws {
        let long = JobCode(
            digest: Self.digest, files: 1, bytes: 1, longestPath: String(repeating: "p", count: 1000),
            hasRequirements: false)
        let bare = JobCode(digest: Self.digest, files: 1, bytes: 1, longestPath: "a", hasRequirements: true)
        let many = JSONValue.array((1...20).map { Self.channel("c\($0)") })
        let cases: [(RunnableJob, String)] = [
            (
                try Self.runnable(["InputDataConfig": [Self.channel("x"), Self.channel("code")]]),
                "InputDataConfig[1].ChannelName: code is the channel of the run's code"
            ),
            (try Self.runnable(["InputDataConfig": many]), "InputDataConfig: it has 20 channels, SageMaker allows 20"),
            (try Self.runnable(command: nil), "AlgorithmSpecification.ContainerEntrypoint: it is missing"),
            (try Self.runnable(code: long), "code_uri: the key of"),
            (
                try Self.runnable(["code_uri": "https://bucket/x"]),
                "code_uri: \"https://bucket/x\" is not a place in S3"
            ),
            (try Self.runnable(["code_uri": "s3://"]), "code_uri: \"s3:\" is not a place in S3"),
            (try Self.runnable(["OutputDataConfig": [:]]), "code_uri: the run's code has no place"),
            (
                try Self.runnable(["EnableNetworkIsolation": true], code: bare, installs: true),
                "EnableNetworkIsolation: it leaves the container without a network"
            ),
            (try Self.runnable(installs: true), ": --code-requirements is given, and the code has no requirements.txt"),
        ]
        for (runnable, expected) in cases {
            let errors = try Self.errors(runnable)
            #expect(errors.contains { $0.contains(expected) }, "\(expected) in \(errors)")
        }
        #expect(try Self.errors(Self.runnable(["EnableNetworkIsolation": true])).isEmpty)
    }

    @Test func `the agent may upload code, and the job may read it`() throws {
        let (request, runner) = try Self.request(Self.runnable(["code_uri": "s3://code-bucket/x"]))
        let permissions = runner.permissions(for: request)
        let upload = permissions.filter { $0.holder == .agent && $0.reason == "upload the code of runs" }
        #expect(upload.flatMap(\.actions) == ["s3:GetObject", "s3:PutObject", "s3:ListBucket"])
        #expect(upload.flatMap(\.resources) == ["arn:aws:s3:::code-bucket/x/*", "arn:aws:s3:::code-bucket"])
        let read = permissions.filter { $0.holder == .job && $0.actions == ["s3:GetObject"] }
        #expect(read.flatMap(\.resources).contains("arn:aws:s3:::code-bucket/x/*"))
        // A rehearsal reads the code on this machine.
        var rehearsed = request
        rehearsed.rehearsal = RehearsalOptions()
        #expect(!runner.permissions(for: rehearsed).contains { $0.reason == "upload the code of runs" })
    }

    @Test func `a runner that takes no code refuses the run`() throws {
        let runnable = try Self.runnable()
        let error = #expect(throws: BackendError.self) {
            try RenderStage.request(for: runnable.job, image: runnable.image, runner: PlainRunner())
        }
        #expect(error?.message == "Runs of resource sagemaker take no code channel.")
    }
}

/// A runner without code channels.
private struct PlainRunner: Runner {
    private var unused: BackendError { BackendError(.internalFault, "not called") }
    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { throw unused }
    func validate(_ request: RunRequest) -> [Finding] { [] }
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle { throw unused }
    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? { throw unused }
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] { throw unused }
    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream { { nil } }
    }
    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) { throw unused }
    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        throw unused
    }
    func reach() async throws(BackendError) { throw unused }
}
