import FoundationEssentials
import LaunchAWSKit
import LaunchHost

@testable import LaunchBatch
@testable import LaunchSlurm

extension FuzzTarget {
    /// Answers of AWS Batch, and output of Slurm's commands.
    static let clusters = [batchJob, batchRequest, slurmJobs, slurmRequest]

    private static let runID = RunID.random()

    private static func check(_ observation: Observation) {
        let isEnd = [.succeeded, .failed, .stopped].contains(observation.phase)
        expect(!isEnd || observation.cause != nil, "an end has a cause")
        expect(!isEnd || observation.endedAt != nil, "an end has a time")
        expect(observation.cause?.exitCode.map { (0...255).contains($0) } ?? true, "an exit code is one byte")
        if let start = observation.startedAt, let end = observation.endedAt { expect(start <= end, "an end is last") }
        expect((try? JSON.canonicalData(try JSONValue(encoding: observation))) != nil, "an observation can be stored")
    }

    private static let batchJob = FuzzTarget.text("batch-job", dictionary: "json", maxLength: 8192) { text in
        guard let value = try? JSONValue(parsing: text), let job = BatchJob(value) else { return }
        check(job.observation(of: runID))
        expect((job.arraySize ?? 0) <= 10_000, "an array has at most 10,000 jobs")
        var place = JobLogs.Place()
        for _ in 0..<100 {
            guard case .part(let part) = JobLogs.next(from: place, in: job, children: job.arraySize ?? 1),
                var next = JobLogs.Place(part.id)
            else { break }
            expect(!(next < place), "a log goes forward")
            next.attempt += 1
            place = next
        }
    }

    private static let batchRequest = FuzzTarget.text("batch-request", dictionary: "json", maxLength: 8192) { text in
        guard let value = try? JSONValue(parsing: text) else { return }
        let request = RunRequest(runner: BatchRunner.type, document: value)
        for finding in BatchChecks(request, region: "eu-west-1").findings {
            expect(!finding.message.isEmpty, "a finding has a message")
        }
    }

    private static let slurmJobs = FuzzTarget.text("slurm-jobs", maxLength: 4096) { text in
        let listed = (try? SlurmJob.listed(text, isFiltered: true)) ?? []
        let others = (try? SlurmJob.listed(text, isFiltered: false)) ?? []
        expect(others.count >= listed.count, "other lines hide no job")
        for job in listed + others + ((try? SlurmJob.accounted(text)) ?? []) {
            expect(SlurmJob.isID(job.id), "an ID is a number")
            check(job.observation(of: runID) { nil })
        }
        _ = SlurmCommands.error("sbatch", text)
    }

    private static let slurmRequest = FuzzTarget.text("slurm-request", dictionary: "json", maxLength: 8192) { text in
        guard let value = try? JSONValue(parsing: text) else { return }
        let request = SlurmRequest(value)
        guard request.findings().allSatisfy({ $0.severity != .error }) else { return }
        for argument in request.arguments {
            expect(argument.hasPrefix("--"), "an argument is an option")
            expect(
                !argument.unicodeScalars.contains { $0.value <= 32 }, "an argument has no space or control character")
        }
        let script = SlurmScript.text(request, folder: "/home")
        expect(
            script.split(separator: "\n").prefix(2) == ["#!/bin/bash", "job= stopped= timers="],
            "a script begins with a command")
    }
}
