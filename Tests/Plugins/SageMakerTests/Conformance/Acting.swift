import AWSStub
import Foundation
import LaunchConformance
import LaunchHost

/// Training jobs of the stub with the behaviours of the conformance kit. A hyperparameter selects a job's life and log.
struct Acting: Sendable {
    private static let parameter = "behaviour"
    private let account: FastAccount

    init(_ account: FastAccount) {
        self.account = account
    }

    /// A job with the behaviour. Nil if SageMaker and CloudWatch have no equivalent.
    static func job(_ behaviour: RunnerFixture.Behaviour, id: RunID) -> RunnableJob? {
        let words: String
        switch behaviour {
        case .exit(let code): words = "exit \(code)"
        case .lines(let count): words = "lines \(count)"
        case .silent: words = "silent"
        case .stubborn: words = "stubborn"
        case .flood: words = "flood"
        case .invalidText: words = "text"
        case .runs(let seconds): words = "runs \(seconds)"
        case .slowLines(let count): words = "slow \(count)"
        case .lastWords(let count): words = "last \(count)"
        case .retried(let count): words = "retried \(count)"
        // The agent on the instances cuts lines at CloudWatch's limit, and the pieces are not marked.
        // What the stub prints is decided when the job is created, and the service reports no exit code of a stop.
        // A job of the stub has no process.
        case .longLine, .orderly, .signals: return nil
        }
        let name = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"
        guard let digest = Digest(rawValue: "sha256:" + String(repeating: "0", count: 64)),
            let template = try? JSONValue(parsing: template)
        else { return nil }
        let job = ResolvedJob(
            runID: id, runName: id.rawValue, project: "kit", entity: "me", author: "me", resource: "sagemaker",
            source: .image(name), runConfig: [parameter: .string(words)], template: template)
        return RunnableJob(
            job: job, image: PinnedImage(reference: "\(name)@\(digest)", digest: digest, name: name))
    }

    private static let template = """
        {"RoleArn": "arn:aws:iam::123456789012:role/train", "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
         "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 2},
         "StoppingCondition": {"MaxRuntimeInSeconds": 86400}}
        """

    /// The life of a job. Its log is written at the start, with lines that become readable when they are printed.
    func life(of request: JSONValue) -> TrainingLife {
        let words = (request["HyperParameters"]?[Self.parameter]?.stringValue ?? "").split(separator: " ")
        let number = words.last.flatMap { Int($0) } ?? 0
        switch words.first {
        case "exit" where number != 0:
            return .failing("AlgorithmError: ExecuteUserScriptError: exit code: \(number)", seconds: 10)
        case "lines":
            // From the middle of the job's life on.
            print((0..<number).map { "line \($0 + 1)" }, of: request, from: 5)
        case "runs": return .usual(seconds: Double(number))
        case "slow":
            print((0..<number).map { "line \($0 + 1)" }, of: request, from: 7, every: 1)
            return TrainingLife([
                .init("Starting", seconds: 5), .init("Downloading", seconds: 2),
                .init("Training", seconds: Double(number)),
            ])
        case "last":
            print((0..<number).map { "line \($0 + 1)" }, of: request, from: 8)
            return TrainingLife([.init("Starting", seconds: 7), .init("Training", seconds: 1)])
        case "retried":
            // The service writes the log of each attempt to a stream of its own.
            print((0..<number).map { "line \($0 + 1)" }, of: request, from: 5)
            print((0..<number).map { "line \(number + $0 + 1)" }, of: request, from: 14, attempt: 1)
            return .interrupted(seconds: 10)
        case "text":
            // The form in which invalid UTF-8 arrives in CloudWatch.
            print(["before", "\u{FFFD}\u{FFFD}", "after"], of: request, from: 5)
        case "flood":
            let start = milliseconds + 1000
            account.stub.logs.add(stream: Self.stream(of: request), count: 100_000_000) { number in
                StubLogEvent("line \(number)", time: start + Int64(number / 100))
            }
            return Self.endless
        case "silent":
            return Self.endless
        case "stubborn":
            var life = Self.endless
            // Only SIGKILL ends it, after the 120 seconds that SageMaker gives each job.
            life.stopping = 125
            return life
        default: break
        }
        return .usual(seconds: 10)
    }

    private static let endless = TrainingLife(
        [.init("Starting", seconds: 5), .init("Downloading", seconds: 2), .init("Training", seconds: 0)], end: .never)

    /// The number of training jobs that still cost something. An ended job remains as a record.
    func living(of id: RunID) -> Int {
        let now = account.clock.now
        return account.stub.sagemaker.jobs.count { job in
            job.tags["launch:run"] == id.rawValue
                && !["Completed", "Failed", "Stopped"].contains(job.moment(at: now).status)
        }
    }

    private var milliseconds: Int64 { Int64(account.clock.now.timeIntervalSince1970 * 1000) }

    private static func stream(of request: JSONValue, attempt: Int = 0) -> String {
        "\(request["TrainingJobName"]?.stringValue ?? "")/algo-1-170000000\(attempt)"
    }

    /// Prints lines with a distance of a millisecond, or of seconds.
    private func print(
        _ lines: [String], of request: JSONValue, from seconds: Int64, every distance: Int64? = nil, attempt: Int = 0
    ) {
        let start = milliseconds + seconds * 1000
        let step = distance.map { $0 * 1000 } ?? 1
        let events = lines.enumerated().map { StubLogEvent($1, time: start + Int64($0) * step) }
        account.stub.logs.add(events, to: Self.stream(of: request, attempt: attempt))
    }
}
