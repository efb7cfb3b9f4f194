import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import LaunchSubprocess
import Testing

/// The stub's logs, read by boto3.
@Suite(.timeLimit(.minutes(30))) struct LogsStubTests {
    private static let script = """
        import json, sys
        try:
            import boto3
        except ImportError:
            sys.exit(3)
        logs = boto3.client("logs", region_name="us-east-1", endpoint_url=sys.argv[1],
                            aws_access_key_id=sys.argv[2], aws_secret_access_key=sys.argv[3])
        group = "/aws/sagemaker/TrainingJobs"
        try:
            logs.describe_log_streams(logGroupName=group)
        except logs.exceptions.ResourceNotFoundException as error:
            print(error)
            sys.exit(0)
        pages = lambda name, **words: list(logs.get_paginator(name).paginate(logGroupName=group, **words))
        streams = pages("describe_log_streams", logStreamNamePrefix="job-1/")
        filtered = pages("filter_log_events", logStreamNamePrefix="job-1/", PaginationConfig={"PageSize": 7})
        single, token = [], None
        while True:
            more = {"nextToken": token} if token else {}
            page = logs.get_log_events(logGroupName=group, logStreamName="job-1/algo-1-1", startFromHead=True,
                                       limit=4, **more)
            single += [event["message"] for event in page["events"]]
            if page["nextForwardToken"] == token:
                break
            token = page["nextForwardToken"]
        events = [event for page in filtered for event in page["events"]]
        print(json.dumps({
            "streams": [stream["logStreamName"] for page in streams for stream in page["logStreams"]],
            "streamPages": len(streams), "pages": len(filtered), "messages": [event["message"] for event in events],
            "ids": len({event["eventId"] for event in events}), "single": single,
            "late": sum(event["ingestionTime"] > event["timestamp"] for event in events),
        }))
        """

    private struct Answer: Decodable {
        let streams: [String]
        let streamPages: Int, pages: Int
        let messages: [String]
        let ids: Int
        let single: [String]
        let late: Int
    }

    @Test func `boto3 reads the stub's logs`() async throws {
        let bench = try LogsBench()
        let keys = bench.stub.keys.permanent()
        let arguments = ["-c", Self.script, bench.stub.url, keys.accessKeyID, keys.secretAccessKey.reveal()]
        guard Subprocess.find("python3") != nil else {
            print("Not compared with boto3: python3 is not installed.")
            return
        }
        // Without a group first.
        let missing = try await Subprocess.run("python3", arguments, timeout: .seconds(600))
        if missing.exit == .code(3) {
            print("Not compared with boto3: python3 has no module boto3.")
            return
        }
        #expect(missing.stdoutText.contains("The specified log group does not exist"))

        for host in 1...60 {
            bench.add("algo-\(host)-1", [("\(host) é \"\\\n\u{1b}", Double(host), Double(host) + 2)])
        }
        bench.add("algo-1-1", (0..<9).map { ("more \($0)", 100, 100) } + [("to come", 5000, 5000)])
        bench.add("algo-1-1", [("another job", 0, 0)], job: "job-10")
        bench.set(1000)
        bench.stub.logs.answerEmptyPages(1)
        let result = try await Subprocess.run("python3", arguments, timeout: .seconds(600))
        #expect(result.exit.isSuccess, "\(result.stderrText)")
        let line = try #require(result.stdoutText.split(separator: "\n").last)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        let expected = (1...60).map { "\($0) é \"\\\n\u{1b}" } + (0..<9).map { "more \($0)" }
        #expect(answer.messages == expected)
        #expect(answer.ids == 69)
        #expect(answer.pages == 11, "one of them is empty")
        #expect(answer.late == 60)
        #expect(answer.streams == (1...60).map { "job-1/algo-\($0)-1" }.sorted())
        #expect(answer.streamPages == 2)
        #expect(answer.single == [expected[0]] + (0..<9).map { "more \($0)" })
    }
}
