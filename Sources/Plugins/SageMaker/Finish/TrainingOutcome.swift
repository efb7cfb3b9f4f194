internal import FoundationEssentials
internal import LaunchPluginKit

/// Outputs, metrics and facts of an ended training job, read from its description.
struct TrainingOutcome {
    private let job: TrainingHandle
    private let description: JSONValue
    private let prices: PriceTable?

    /// - Parameter prices: the prices that the user pays; nil if they are not known.
    init(_ job: TrainingHandle, _ description: JSONValue, prices: PriceTable? = nil) {
        self.job = job
        self.description = description
        self.prices = prices
    }

    /// Outputs, metrics and facts.
    var outcome: Outcome {
        var outcome = Outcome(outputs: outputs, metrics: metrics, warnings: doubts, facts: course + bill)
        if let prices, let billable = seconds("BillableTimeInSeconds") {
            switch TrainingBill(description, seconds: billable, region: job.region).total(by: prices) {
            case .cost(let cost): outcome.cost = cost
            case .unknown(let why): outcome.warnings.append(why)
            case .prepaid: break
            }
        }
        if let reason = description["FailureReason"]?.stringValue, !reason.isEmpty {
            outcome.facts.append(Outcome.Fact("reason", reason))
        }
        if let page = job.page { outcome.facts.append(Outcome.Fact("console", page)) }
        return outcome
    }

    /// SageMaker reports the model's address from the start, even if no model is written later. A job that never
    /// started to train has no outputs.
    private var outputs: [Outcome.Output] {
        guard description["TrainingStartTime"]?.doubleValue != nil else { return [] }
        var outputs: [Outcome.Output] = []
        let status = description["TrainingJobStatus"]?.stringValue
        if status != "Failed", let model = description["ModelArtifacts"]?["S3ModelArtifacts"]?.stringValue {
            outputs.append(Outcome.Output(name: "model", path: model))
        }
        if let place = description["OutputDataConfig"]?["S3OutputPath"]?.stringValue {
            let folder = place.hasSuffix("/") ? String(place.dropLast()) : place
            outputs.append(Outcome.Output(name: "output", path: "\(folder)/\(job.name)/output/"))
        }
        if let checkpoints = description["CheckpointConfig"]?["S3Uri"]?.stringValue {
            outputs.append(Outcome.Output(name: "checkpoints", path: checkpoints))
        }
        return outputs
    }

    private var metrics: [String: Double] {
        var metrics: [String: Double] = [:]
        for metric in description["FinalMetricDataList"]?.arrayValue ?? [] {
            if let name = metric["MetricName"]?.stringValue { metrics[name] = metric["Value"]?.doubleValue }
        }
        return metrics
    }

    /// `Starting 62 s, Downloading 31 s, Training 410 s, Completed`
    private var course: [Outcome.Fact] {
        let steps = (description["SecondaryStatusTransitions"]?.arrayValue ?? []).compactMap { step -> String? in
            guard let name = step["Status"]?.stringValue else { return nil }
            guard let start = step["StartTime"]?.timeValue, let end = step["EndTime"]?.timeValue, end > start else {
                return name
            }
            return "\(name) \(Int64(saturating: end.timeIntervalSince(start))) s"
        }
        guard !steps.isEmpty else { return [] }
        return [Outcome.Fact("course", steps.joined(separator: ", "))]
    }

    /// The possible durations: up to 100 years. Any other value is an error of the service's answer.
    private static let credibleSeconds: ClosedRange<Int64> = 0...3_155_760_000

    private func seconds(_ name: String) -> Int64? {
        description[name]?.integerValue.flatMap { Self.credibleSeconds.contains($0) ? $0 : nil }
    }

    /// Warnings about durations in the answer that are not possible. Such values are not used.
    private var doubts: [String] {
        ["BillableTimeInSeconds", "TrainingTimeInSeconds"].compactMap { name in
            guard let value = description[name], value != .null, seconds(name) == nil else { return nil }
            let shown = value.doubleValue.map { "\($0)" } ?? value.kindName
            return "SageMaker's answer has \(name) \(shown), which is not possible."
        }
    }

    /// The billed seconds are wall-clock time. Each instance of the job is billed for them
    /// (github.com/aws/sagemaker-python-sdk/issues/1067).
    private var bill: [Outcome.Fact] {
        guard let billable = seconds("BillableTimeInSeconds") else { return [] }
        let shape = TrainingShape(description)
        let kinds = shape.groups.map { "\($0.count) x \($0.type)" }.joined(separator: " + ")
        var facts = [
            Outcome.Fact(
                "billed",
                "\(billable) s x \(kinds) = \(billable.saturatingMultiplied(by: Int64(shape.hosts))) instance seconds")
        ]
        if description["EnableManagedSpotTraining"]?.boolValue == true,
            let training = seconds("TrainingTimeInSeconds"), training > 0
        {
            let saving = (1 - Double(billable) / Double(training)) * 100
            facts.append(Outcome.Fact("spot saving", "\(Int64(saturating: saving)) % of \(training) s"))
        }
        if let pool = description["WarmPoolStatus"]?["Status"]?.stringValue {
            facts.append(Outcome.Fact("warm pool", pool))
        }
        return facts
    }
}
