import Foundation
import LaunchHost
import Synchronization

/// Stopping, deleting and tagging.
extension SageMakerStub {
    func stop(_ input: JSONValue, _ region: String) throws(StubError) {
        try state.withLock { (state) throws(StubError) in
            let place = try find(input, region, state)
            let now = seconds
            let moment = state.jobs[place].moment(at: Date(timeIntervalSince1970: now))
            // A repeated stop of a stopping job is not an error.
            guard moment.status != "Stopping" else { return }
            guard moment.status == "InProgress" else {
                throw StubError(
                    "ValidationException",
                    "The request was rejected because the training job is in status \(moment.status).")
            }
            state.jobs[place].stop(at: now)
        }
    }

    func delete(_ input: JSONValue, _ region: String) throws(StubError) {
        try state.withLock { (state) throws(StubError) in
            let place = try find(input, region, state)
            let job = state.jobs[place]
            guard job.timeline.hasEnded(at: seconds) else {
                throw StubError("ResourceInUse", "The training job \(job.arn) has not ended.")
            }
            state.jobs[place].isDeleted = true
            state.places["\(region) \(job.name)"] = nil
        }
    }

    func addTags(_ input: JSONValue) throws(StubError) -> JSONValue {
        try state.withLock { (state) throws(StubError) in
            let place = try find(arn: input, state)
            let tags = state.jobs[place].tags.merging(Self.tags(input["Tags"])) { $1 }
            guard tags.count <= 50 else {
                throw StubError("ValidationException", "A resource has at most 50 tags.")
            }
            state.jobs[place].tags = tags
            return .object(["Tags": Self.list(tags)])
        }
    }

    func listTags(_ input: JSONValue) throws(StubError) -> JSONValue {
        try state.withLock { (state) throws(StubError) in
            .object(["Tags": Self.list(state.jobs[try find(arn: input, state)].tags)])
        }
    }

    private func find(arn input: JSONValue, _ state: State) throws(StubError) -> Int {
        let parts = (input["ResourceArn"]?.stringValue ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "sagemaker", parts[5].hasPrefix("training-job/"),
            let place = state.places["\(parts[3]) \(parts[5].dropFirst("training-job/".count))"]
        else { throw Self.notFound }
        return place
    }

    private static func list(_ tags: [String: String]) -> JSONValue {
        .array(
            tags.sorted { $0.key < $1.key }.map { .object(["Key": .string($0.key), "Value": .string($0.value)]) })
    }
}
