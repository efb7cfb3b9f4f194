import AWSStub
import EngineTestSupport
import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

/// The remains of an ended rehearsal.
struct Ended {
    let end: Observation
    /// The lines of each host, in order; for a single host under the empty name.
    let log: [String: [String]]
    let outcome: Outcome
    let record: RehearsalRecord
    /// True if the hosts' network is internal; nil without a network.
    let isInternal: Bool?
    /// The folder of the unpacked results.
    private let results: TemporaryDirectory

    init(of handle: RunHandle, _ end: Observation, _ request: RunRequest, on stage: Stage) async throws {
        self.end = end
        // Container names begin with a slash.
        let network = try await EngineFixture.names(labelled: "launch.run=\(handle.runID)").first { !$0.hasPrefix("/") }
        isInternal = if let network { try await EngineFixture.isInternal(network: network) } else { nil }
        var log: [String: [String]] = [:]
        for try await batch in stage.runner.logs(handle, from: nil, follow: false) {
            for line in batch { log[line.host ?? "", default: []].append(line.text) }
        }
        self.log = log
        let folder = stage.folder.file("run-\(handle.runID)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        outcome = try await stage.runner.finish(handle, of: request, into: folder)
        record = try #require(RehearsalRecord(in: folder))
        results = try TemporaryDirectory()
        for output in record.timeline.results where output.name.hasSuffix(".tar.gz") {
            try await unpack(output, on: stage)
        }
    }

    private func unpack(_ output: Outcome.Output, on stage: Stage) async throws {
        var archive = output.path
        if archive.hasPrefix("s3://bucket/") {
            let key = String(archive.dropFirst("s3://bucket/".count))
            let bytes = try #require(stage.stub.s3.content(bucket: "bucket", key: key), "\(archive)")
            archive = try results.write("archive.tar.gz", bytes)
        }
        let place = results.file(String(output.name.prefix { $0 != "." }))
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let answer = try await Subprocess.run("tar", ["-x", "-z", "-f", archive, "-C", place])
        try #require(answer.exit.isSuccess, "\(answer.stderrText)")
    }

    /// The probe report of a host.
    func probe(_ host: String = "algo-1") throws -> ProbeReport {
        ProbeReport(try #require(file("output/\(host).probe"), "no report of \(host): \(log), \(record.timeline)"))
    }

    /// A file of a result, `model/weights` or `output/x`; nil if it does not exist.
    func file(_ path: String) -> String? {
        FileManager.default.contents(atPath: results.file(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    var description: JSONValue { record.report.description ?? .null }

    var statuses: [String] { record.timeline.steps.map(\.status.rawValue) }
}
