internal import FoundationEssentials
public import LaunchHost

extension SageMakerRunner: Pricing {
    /// At most price x instances x MaxRuntimeInSeconds, of the dearest type that the run may get.
    public func cost(of request: RunRequest) -> CostEstimate {
        TrainingCost(request, region: service.knownRegion).estimate
    }
}

/// What a training job costs at most.
struct TrainingCost {
    private let request: RunRequest
    private let region: String?

    init(_ request: RunRequest, region: String?) {
        self.request = request
        self.region = region
    }

    /// The estimate; unknown where a price or the limit is.
    var estimate: CostEstimate {
        let document = request.document
        guard let seconds = document["StoppingCondition"]?["MaxRuntimeInSeconds"]?.integerValue else {
            return CostEstimate(maximum: nil, basis: "unknown: StoppingCondition.MaxRuntimeInSeconds is not given")
        }
        let others = RequestNotes(request).instanceTypes
        let options = others.isEmpty ? choices(document) : others.map { [.init(type: $0, count: count(document))] }
        var priced: [(total: Double, groups: [TrainingShape.Group])] = []
        for groups in options {
            var total = 0.0
            for group in groups {
                guard let hour = InstancePrices.hour(of: group.type) else {
                    let name = group.type.isEmpty ? "the instance type" : group.type
                    return CostEstimate(maximum: nil, basis: "unknown: no price of \(name) came with this program")
                }
                total += hour * Double(group.count) * Double(seconds) / 3600
            }
            priced.append((total, groups))
        }
        guard let dearest = priced.max(by: { $0.total < $1.total }) else {
            return CostEstimate(maximum: nil, basis: "unknown: ResourceConfig names no instance type")
        }
        let kinds = dearest.groups.map { "\($0.count) x \($0.type)" }.joined(separator: " + ")
        var basis = "\(kinds) x \(Self.length(seconds)) of MaxRuntimeInSeconds, on demand"
        if document["EnableManagedSpotTraining"]?.boolValue == true { basis += "; spot costs less" }
        basis += "; prices of \(InstancePrices.region), \(InstancePrices.asOf)"
        if let region, region != InstancePrices.region { basis += ", and \(region) may differ" }
        return CostEstimate(maximum: dearest.total, basis: basis)
    }

    /// What the service may choose from by itself.
    private func choices(_ document: JSONValue) -> [[TrainingShape.Group]] {
        guard let preferences = document["ResourceConfig"]?["InstancePreferences"]?.arrayValue, !preferences.isEmpty
        else {
            return [TrainingShape(document).groups]
        }
        return preferences.map { preference in
            [
                .init(
                    type: preference["InstanceType"]?.stringValue ?? "",
                    count: preference["InstanceCount"]?.integerValue.map { Int(clamping: $0) } ?? count(document))
            ]
        }
    }

    private func count(_ document: JSONValue) -> Int {
        document["ResourceConfig"]?["InstanceCount"]?.integerValue.map { Int(clamping: $0) } ?? 1
    }

    private static func length(_ seconds: Int64) -> String {
        seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(seconds) s"
    }
}
