internal import FoundationEssentials
public import LaunchPluginKit

extension SageMakerRunner: Pricing {
    /// The upper limit: price x instances x MaxRuntimeInSeconds, for the most expensive type that the run may get.
    public func cost(of request: RunRequest) -> CostEstimate {
        TrainingCost(request, region: service.knownRegion, prices: prices).estimate
    }
}

/// The maximum cost of a training job.
struct TrainingCost {
    private let request: RunRequest
    private let region: String?
    private let prices: PriceTable

    init(_ request: RunRequest, region: String?, prices: PriceTable) {
        self.request = request
        self.region = region
        self.prices = prices
    }

    /// The estimate; unknown if a price or the time limit is unknown.
    var estimate: CostEstimate {
        let document = request.document
        guard let seconds = document["StoppingCondition"]?["MaxRuntimeInSeconds"]?.integerValue else {
            return CostEstimate(maximum: nil, basis: "unknown: StoppingCondition.MaxRuntimeInSeconds is not given")
        }
        let others = RequestNotes(request).instanceTypes
        let options = others.isEmpty ? choices(document) : others.map { [.init(type: $0, count: count(document))] }
        let types = options.joined().map(\.type).uniqued
        let unknown = types.filter { prices.price(of: $0) == nil }
        guard unknown.isEmpty else {
            return CostEstimate(maximum: nil, currency: prices.currency, basis: without(prices: unknown))
        }
        let totals = options.map { groups in
            groups.reduce(0.0) { total, group in
                total + (prices.price(of: group.type)?.hour ?? 0) * Double(group.count) * Double(seconds) / 3600
            }
        }
        guard let dearest = zip(totals, options).max(by: { $0.0 < $1.0 }), !dearest.1.isEmpty else {
            return CostEstimate(
                maximum: nil, currency: prices.currency, basis: "unknown: ResourceConfig names no instance type")
        }
        let kinds = dearest.1.map { "\($0.count) x \($0.type)" }.joined(separator: " + ")
        var basis = "\(kinds) x \(Self.length(seconds)) of MaxRuntimeInSeconds, on demand"
        if document["EnableManagedSpotTraining"]?.boolValue == true { basis += "; spot costs less" }
        let dates = dearest.1.compactMap { prices.price(of: $0.type)?.asOf }.uniqued
        basis += "; \(table(asOf: dates))"
        if let region, region != prices.region { basis += ", and \(region) may differ" }
        return CostEstimate(maximum: dearest.0, currency: prices.currency, basis: basis)
    }

    /// `prices of us-east-1, 2024`.
    private func table(asOf dates: [String]) -> String {
        "prices of \(prices.region), \(Wording.all(dates))" + (prices.file.map { " (\($0))" } ?? "")
    }

    private func without(prices types: [String]) -> String {
        let names = Wording.all(types.map { $0.isEmpty ? "the instance type" : $0 })
        let dates = prices.parts.map(\.asOf).sorted()
        let origin = prices.file == nil ? ", the table of this program" : ""
        return
            "unknown: no price of \(names) in the \(table(asOf: dates))\(origin); give a table of your own with --prices FILE"
    }

    /// The groups of instances that the service may choose from.
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
