internal import LaunchCore

/// The division of an object into parts.
struct PartPlan: Sendable {
    /// S3's limits of an upload.
    static let mostParts: Int64 = 10_000
    static let largestPart: Int64 = 5 << 30
    static let smallestPart: Int64 = 5 << 20

    let total: Int64
    let partSize: Int64

    /// The parts of an upload: of the requested size, larger if there would be more than 10,000.
    static func upload(_ total: Int64, partSize: Int64) throws(AWSError) -> PartPlan {
        let mebibyte: Int64 = 1 << 20
        let needed = (total / mostParts / mebibyte + 1) * mebibyte
        let plan = PartPlan(total: total, partSize: max(partSize, smallestPart, total > 0 ? needed : 0))
        guard plan.partSize <= largestPart else {
            throw AWSError(.invalid, "\(total) bytes are more than S3 accepts for one object.", service: "S3")
        }
        return plan
    }

    /// The number of parts; 0 for an empty object.
    var count: Int { Int(clamping: total / partSize + (total % partSize > 0 ? 1 : 0)) }

    /// The bytes of a part; parts are numbered from 0.
    func range(_ index: Int) -> Range<Int64> {
        let start = min(Int64(index).saturatingMultiplied(by: partSize), total)
        return start..<min(start.saturatingAdding(partSize), total)
    }
}
