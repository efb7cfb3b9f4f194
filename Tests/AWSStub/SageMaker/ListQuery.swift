import Foundation
import LaunchHost

/// The parameters of a `ListTrainingJobs` call.
struct ListQuery {
    enum Order: String {
        case name = "Name"
        case creation = "CreationTime"
        case status = "Status"
    }

    let most: Int
    let order: Order
    let isDescending: Bool
    let createdAfter: Double?
    let createdBefore: Double?
    let modifiedAfter: Double?
    let modifiedBefore: Double?
    let nameContains: String?
    let status: String?
    let warmPoolStatus: String?
    /// The number of the last job that the previous page considered.
    let after: Int?
    private let key: String

    init(_ input: JSONValue) throws(StubError) {
        most = Int(input["MaxResults"]?.integerValue ?? 10)
        guard (1...100).contains(most) else {
            let rule = most < 1 ? "greater than or equal to 1" : "less than or equal to 100"
            throw Self.invalid("\(most)", "maxResults", "have value \(rule)")
        }
        let by = input["SortBy"]?.stringValue ?? Order.creation.rawValue
        guard let order = Order(rawValue: by) else {
            throw Self.invalid(by, "sortBy", "satisfy enum value set: [Status, CreationTime, Name]")
        }
        self.order = order
        let direction = input["SortOrder"]?.stringValue ?? "Ascending"
        guard ["Ascending", "Descending"].contains(direction) else {
            throw Self.invalid(direction, "sortOrder", "satisfy enum value set: [Descending, Ascending]")
        }
        isDescending = direction == "Descending"
        createdAfter = input["CreationTimeAfter"]?.doubleValue
        createdBefore = input["CreationTimeBefore"]?.doubleValue
        modifiedAfter = input["LastModifiedTimeAfter"]?.doubleValue
        modifiedBefore = input["LastModifiedTimeBefore"]?.doubleValue
        nameContains = input["NameContains"]?.stringValue
        if let nameContains, nameContains.wholeMatch(of: /[a-zA-Z0-9\-]{0,63}/) == nil {
            throw Self.invalid(nameContains, "nameContains", "satisfy regular expression pattern: [a-zA-Z0-9\\-]+")
        }
        status = input["StatusEquals"]?.stringValue
        let known = ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"]
        if let status, !known.contains(status) {
            throw Self.invalid(
                status, "statusEquals", "satisfy enum value set: [\(known.joined(separator: ", "))]")
        }
        warmPoolStatus = input["WarmPoolStatusEquals"]?.stringValue

        // A token only continues the list that it came from, with any page size.
        var rest = input.objectValue ?? [:]
        rest["MaxResults"] = nil
        rest["NextToken"] = nil
        key = (try? JSON.canonical(JSONValue.object(rest))) ?? ""
        guard let token = input["NextToken"]?.stringValue else {
            after = nil
            return
        }
        let text = Data(base64Encoded: token).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let parts = text.split(separator: "|", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]), parts[1] == key else {
            throw StubError("ValidationException", "Invalid NextToken.")
        }
        after = number
    }

    /// The token of the page after a job.
    func token(after number: Int) -> String { Data("\(number)|\(key)".utf8).base64EncodedString() }

    /// True if a job is in the list, on any page.
    func includes(_ job: StubTrainingJob) -> Bool {
        let created = job.created.timeIntervalSince1970
        if let createdAfter, created <= createdAfter { return false }
        if let createdBefore, created >= createdBefore { return false }
        guard let nameContains, !nameContains.isEmpty else { return true }
        return job.name.hasPrefix(nameContains) || job.name.range(of: nameContains) != nil
    }

    /// True if a job of a page is included in it. These filters apply after paging, so pages may be short or empty.
    func shows(_ job: StubTrainingJob, _ phase: TrainingTimeline.Phase, at now: Double) -> Bool {
        if let status, status != phase.status { return false }
        if let modifiedAfter, phase.start <= modifiedAfter { return false }
        if let modifiedBefore, phase.start >= modifiedBefore { return false }
        if let warmPoolStatus, warmPoolStatus != job.warmPool(at: now)?.status { return false }
        return true
    }

    private static func invalid(_ value: String, _ path: String, _ rule: String) -> StubError {
        TrainingRequestCheck.invalid(
            "1 validation error detected: " + TrainingRequestCheck.constraint(value, at: path, rule))
    }
}
