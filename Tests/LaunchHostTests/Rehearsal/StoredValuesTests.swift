import Foundation
import LaunchHost
import TestSupport
import Testing

@Suite("Stored values of rehearsals")
struct StoredValuesTests {
    private let image: PinnedImage

    init() throws {
        let digest = try #require(Digest(rawValue: "sha256:\(String(repeating: "a", count: 64))"))
        image = PinnedImage(reference: "repo@\(digest.rawValue)", digest: digest, name: "repo:1")
    }

    @Test
    func `values that an older version stored can be read, and plain ones are written unchanged`() throws {
        let job = ContainerJob(image: image, arguments: ["a"], outputs: ["/out"])
        let text = try JSON.canonical(job)
        #expect(!text.contains("surroundings"))
        #expect(try JSON.decode(ContainerJob.self, from: Data(text.utf8)) == job)
        let spec = LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: "a", resource: "r", rehearse: true)
        let stored = try JSON.canonical(spec)
        #expect(!stored.contains("rehearsal"))
        #expect(try JSON.decode(LaunchSpec.self, from: Data(stored.utf8)) == spec)
        let request = RunRequest(runner: "r", document: .object([:]))
        #expect(try JSON.decode(RunRequest.self, from: JSON.canonicalData(request)) == request)
    }

    @Test
    func `a rehearsal plan is read back unchanged, whatever it contains`() throws {
        let job = ContainerJob(
            image: image,
            rehearsalPlan: .init(
                hosts: [.init(name: "algo-1", environment: ["A": "b"], files: [.init(path: "/f", content: "c")])],
                isIsolated: true, folders: [.init(path: "/m")],
                inputs: [
                    .init(name: "a", path: "/a", source: .none), .init(name: "b", path: "/b", source: .folder("/x")),
                    .init(name: "c", path: "/c", source: .objects("s3://b/c"), delivery: .readOnly, hosts: ["algo-1"]),
                    .init(name: "d", path: "/d", source: .manifest("s3://b/d"), isSharded: true, shuffleSeed: -4),
                    .init(
                        name: "e", path: "/e", source: .augmentedManifest("s3://b/e", attributes: ["x-ref", "y"]),
                        delivery: .pipe, isCompressed: true, isRecordIO: true),
                ], synced: [.init(path: "/ck", place: nil)],
                results: [.init(name: "m", path: "/m", isPacked: false, destination: "/d", isKeptOnFailure: true)],
                failure: .init(path: "/failure"), drill: .init(afterSeconds: 3), offersCredentials: true,
                isLenient: true))
        #expect(try JSONValue(encoding: job).decode(ContainerJob.self) == job)
    }

    @Test
    func `a rehearsal's record is read back from its run's folder; another run's folder has none`() throws {
        let folder = try TemporaryDirectory()
        #expect(RehearsalRecord(in: folder.path) == nil)
        let record = RehearsalRecord(
            timeline: RehearsalTimeline(
                steps: [.init(.training, "", startedAt: Timestamp(milliseconds: 1_700_000_000_123))], phase: .failed,
                cause: Cause(.exit, "no", exitCode: 3)),
            report: RehearsalReport(reproduced: ["a"], description: .object(["b": .integer(1)])))
        try folder.write("rehearsal.json", [UInt8](JSON.canonicalData(record)))
        #expect(RehearsalRecord(in: folder.path) == record)
    }

    @Test
    func `the stored names of the plan and the timeline are those of the first version`() throws {
        let job = """
            {"environment":{},"image":{"digest":"sha256:\(String(repeating: "a", count: 64))","name":"repo:1",
            "reference":"repo@sha256:\(String(repeating: "a", count: 64))"},"metrics":{},"mounts":[],"outputs":[],
            "resources":{},"stopGraceSeconds":30,"surroundings":{"folders":[],"hosts":[{"environment":{},"files":[],
            "name":"algo-1"}],"inputs":[],"isIsolated":true,"isLenient":false,"offersCredentials":false,"results":[],
            "synced":[]}}
            """
        let read = try JSON.decode(ContainerJob.self, from: Data(job.utf8))
        #expect(
            read == ContainerJob(image: image, rehearsalPlan: .init(hosts: [.init(name: "algo-1")], isIsolated: true)))
        #expect(try JSON.canonical(read) == job.replacingOccurrences(of: "\n", with: ""))
        let record = """
            {"course":{"hosts":[],"metrics":{},"notes":["n"],"phase":"succeeded","results":[],"steps":[{"message":"",
            "startedAt":"2023-11-14T22:13:20.123Z","status":"Training"}]},"report":{"differences":[],"notSimulated":[],
            "reproduced":["a"]}}
            """
        let found = try JSON.decode(RehearsalRecord.self, from: Data(record.utf8))
        #expect(found.timeline.notes == ["n"] && found.timeline.steps.map(\.status) == [.training])
        #expect(try JSON.canonical(found) == record.replacingOccurrences(of: "\n", with: ""))
    }
}
