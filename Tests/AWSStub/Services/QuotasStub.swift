import Foundation
import LaunchHost
import Synchronization
public import TestSupport

/// Service Quotas: the quotas of SageMaker, in pages of two.
public final class QuotasStub: StubService {
    private let quotas = Mutex<[(name: String, value: Double)]>([
        ("ml.a for endpoint usage", 1), ("ml.b for endpoint usage", 2), ("ml.c for endpoint usage", 3),
        ("ml.m4.xlarge for training job usage", 4), ("ml.m5.xlarge for training job usage", 20),
        ("ml.m5.xlarge for spot training job usage", 0),
    ])

    /// Changes a quota.
    public func set(_ name: String, _ value: Double) {
        quotas.withLock { quotas in
            quotas.removeAll { $0.name == name }
            quotas.append((name, value))
        }
    }

    private static let target = "ServiceQuotasV20190624."

    /// The name in scripts.
    public var name: String { "servicequotas" }
    /// All requests must be signed.
    public func isSigned(_ operation: String) -> Bool { true }
    /// Determined by the header.
    public func operation(of request: StubRequest) -> String? {
        guard let target = request.raw.header("X-Amz-Target"), target.hasPrefix(Self.target) else { return nil }
        return String(target.dropFirst(Self.target.count))
    }
    /// Replies in JSON.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.jsonRefusal(error)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        guard operation == "ListServiceQuotas", let input = try? JSONValue(parsing: request.raw.text),
            input["ServiceCode"] == .string("sagemaker")
        else { throw StubError("NoSuchResourceException", "The service does not exist.") }
        let start = input["NextToken"]?.stringValue.flatMap(Int.init) ?? 0
        let (page, count) = quotas.withLock { ($0.dropFirst(start).prefix(2), $0.count) }
        var answer: [String: JSONValue] = [
            "Quotas": .array(
                page.map {
                    .object([
                        "QuotaName": .string($0.name), "Value": .number($0.value), "ServiceCode": .string("sagemaker"),
                    ])
                })
        ]
        if start + 2 < count { answer["NextToken"] = .string("\(start + 2)") }
        return StubText.json((try? JSON.canonical(JSONValue.object(answer))) ?? "{}")
    }
}
