internal import LaunchPluginKit

/// What a training job has cost: its billable time on each of its instances, at the user's prices.
///
/// `BillableTimeInSeconds` is the wall-clock time that each instance is billed for. For a job on spot it is the time after
/// the saving: the reference of `DescribeTrainingJob` computes the saving as 1 - billable time / training time, so the
/// price of an hour is the same as on demand.
struct TrainingBill {
    /// The result of a bill.
    enum Total: Sendable, Hashable {
        case cost(Outcome.Cost)
        /// The capacity of a training plan is paid in advance.
        case prepaid
        /// A sentence.
        case unknown(String)
    }

    private let groups: [TrainingShape.Group]
    private let isPrepaid: Bool
    private let seconds: Int64
    private let region: String

    /// - Parameters:
    ///   - description: the description of an ended job.
    ///   - seconds: the billable time.
    init(_ description: JSONValue, seconds: Int64, region: String) {
        groups = TrainingShape(description).groups
        isPrepaid = description["ResourceConfig"]?["TrainingPlanArn"]?.stringValue?.isEmpty == false
        (self.seconds, self.region) = (seconds, region)
    }

    func total(by prices: PriceTable) -> Total {
        if isPrepaid { return .prepaid }
        let name = prices.file ?? "the program"
        guard region == prices.region else {
            return .unknown(
                "The run has no cost: the prices of \(name) are those of \(prices.region), and the job was in \(region)."
            )
        }
        var total = 0.0
        for group in groups {
            guard let price = prices.price(of: group.type) else {
                let type = group.type.isEmpty ? "the instance type" : group.type
                return .unknown("The run has no cost: \(name) has no price of \(type).")
            }
            total += price.hour * Double(max(0, group.count)) * Double(seconds) / 3600
        }
        // A hundredth of a cent: the sum of many short runs stays correct.
        let cost = Outcome.Cost((total * 10_000).rounded() / 10_000, prices.currency)
        guard cost.money != nil else {
            return .unknown("The run has no cost: SageMaker's answer leads to \(total) \(prices.currency).")
        }
        return .cost(cost)
    }
}
