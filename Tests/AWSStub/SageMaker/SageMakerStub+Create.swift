import Foundation
public import LaunchHost
import Synchronization

/// Creating jobs.
extension SageMakerStub {
    /// Creates a job without a call, as another user of the account would.
    public func add(_ name: String, region: String = "us-east-1", life: TrainingLife, request: JSONValue? = nil) {
        let request =
            request
            ?? .object([
                "TrainingJobName": .string(name), "RoleArn": .string("arn:aws:iam::\(accountID):role/stranger"),
                "OutputDataConfig": .object(["S3OutputPath": "s3://stranger/output"].mapValues(JSONValue.string)),
                "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(86_400)]),
            ])
        let body = (try? JSON.canonicalData(request)).map([UInt8].init) ?? []
        _ = state.withLock { insert(name, request, body, region, life, selected: nil, into: &$0) }
    }

    func create(_ input: JSONValue, _ body: [UInt8], _ region: String) throws(StubError) -> JSONValue {
        let name = input["TrainingJobName"]?.stringValue ?? ""
        state.withLock { $0.asked[name, default: 0] += 1 }
        try TrainingRequestCheck(input).run()
        let arn = try state.withLock { (state) throws(StubError) -> String in
            if let place = state.places["\(region) \(name)"] {
                throw StubError(
                    "ResourceInUse",
                    "Training job names must be unique within an AWS account and region, and a training job with "
                        + "this name already exists (\(state.jobs[place].arn))")
            }
            let wanted = input["ResourceConfig"].map(Self.instances) ?? []
            let preferences = input["ResourceConfig"].map(Self.preferences) ?? []
            let selected = preferences.first { !state.scarce.contains($0.type) } ?? preferences.first
            let needed = selected.map { [$0] } ?? wanted
            try checkQuotas(needed, isSpot: input["EnableManagedSpotTraining"]?.boolValue ?? false, region, &state)
            let isScarce = needed.contains { state.scarce.contains($0.type) }
            let life =
                isScarce
                ? TrainingLife.withoutCapacity(after: state.scarceAfter) : state.choice(input, state.jobs.count + 1)
            return insert(name, input, body, region, life, selected: selected, into: &state)
        }
        return .object(["TrainingJobArn": .string(arn)])
    }

    @discardableResult
    private func insert(
        _ name: String, _ input: JSONValue, _ body: [UInt8], _ region: String, _ life: TrainingLife,
        selected: (type: String, count: Int)?, into state: inout State
    ) -> String {
        let arn = "arn:\(Self.partition(region)):sagemaker:\(region):\(accountID):training-job/\(name)"
        let isSpot = input["EnableManagedSpotTraining"]?.boolValue ?? false
        let condition = input["StoppingCondition"]
        let limits = TrainingTimeline.Limits(
            runtime: condition?["MaxRuntimeInSeconds"]?.doubleValue ?? 86_400,
            wait: isSpot ? condition?["MaxWaitTimeInSeconds"]?.doubleValue : nil)
        let created = seconds
        let instances = selected.map { [$0] } ?? input["ResourceConfig"].map(Self.instances) ?? []
        let place = state.jobs.count
        state.jobs.append(
            StubTrainingJob(
                name: name, region: region, arn: arn, number: place + 1,
                created: Date(timeIntervalSince1970: created), body: body, tags: Self.tags(input["Tags"]),
                instances: instances, isSpot: isSpot,
                keepAlive: input["ResourceConfig"]?["KeepAlivePeriodInSeconds"]?.doubleValue ?? 0, life: life,
                limits: limits,
                timeline: TrainingTimeline(life, created: created, limits: limits, stopped: nil), selected: selected))
        state.places["\(region) \(name)"] = place
        for type in Set(instances.map(\.type)) {
            state.alive["\(region) " + Self.quotaName(type, isSpot: isSpot), default: []].append(place)
        }
        return arn
    }

    /// Refuses a request that exceeds the instance quotas.
    private func checkQuotas(
        _ wanted: [(type: String, count: Int)], isSpot: Bool, _ region: String, _ state: inout State
    ) throws(StubError) {
        let now = seconds
        for (type, count) in wanted {
            let quota = Self.quotaName(type, isSpot: isSpot)
            guard let limit = state.quotas[quota] else { continue }
            let alive = (state.alive["\(region) \(quota)"] ?? []).filter { place in
                !state.jobs[place].timeline.hasEnded(at: now)
            }
            state.alive["\(region) \(quota)"] = alive
            let used = alive.reduce(0) { sum, place in
                sum + state.jobs[place].instances.reduce(0) { $1.type == type ? $0 + $1.count : $0 }
            }
            guard used + count > limit else { continue }
            throw StubError(
                "ResourceLimitExceeded",
                "The account-level service limit '\(quota)' is \(limit) Instances, with current utilization of "
                    + "\(used) Instances and a request delta of \(count) Instances. Please use AWS Service Quotas to "
                    + "request an increase for this quota. If AWS Service Quotas is not available, contact AWS support "
                    + "to request an increase for this quota.")
        }
    }

    static func quotaName(_ type: String, isSpot: Bool) -> String {
        "\(type) for \(isSpot ? "spot " : "")training job usage"
    }

    /// The instances of a request: of one type, or of several groups.
    private static func instances(_ config: JSONValue) -> [(type: String, count: Int)] {
        let groups = config["InstanceGroups"]?.arrayValue ?? [config]
        return groups.compactMap { group in
            group["InstanceType"]?.stringValue.map { ($0, Int(group["InstanceCount"]?.integerValue ?? 1)) }
        }
    }

    /// The instance preferences of a request, best first.
    private static func preferences(_ config: JSONValue) -> [(type: String, count: Int)] {
        (config["InstancePreferences"]?.arrayValue ?? []).compactMap { preference in
            let count = preference["InstanceCount"] ?? config["InstanceCount"]
            return preference["InstanceType"]?.stringValue.map { ($0, Int(count?.integerValue ?? 1)) }
        }
    }

    static func tags(_ list: JSONValue?) -> [String: String] {
        let pairs = (list?.arrayValue ?? []).compactMap { tag in
            tag["Key"]?.stringValue.map { ($0, tag["Value"]?.stringValue ?? "") }
        }
        return Dictionary(pairs) { _, last in last }
    }

    private static func partition(_ region: String) -> String {
        for (prefix, name) in [("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")]
        where region.hasPrefix(prefix) { return name }
        return "aws"
    }
}
