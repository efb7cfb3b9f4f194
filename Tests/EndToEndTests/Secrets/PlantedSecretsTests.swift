import AWSStub
import Foundation
import TestSupport
import Testing

/// Recognizable secrets in all places for credentials, all commands with their most verbose output, and then a search
/// through everything that was printed and written.
@Suite("Planted secrets", .timeLimit(.minutes(30)))
struct PlantedSecretsTests {
    /// Common commands. RUN is a submitted run.
    static let commands = [
        "doctor", "config check", "config path", "queue list", "queue show train", "plugins list", "version",
        "iam-policy -q train", "plan -q train --image IMAGE", "plan -q train --image IMAGE --json",
        "submit -q train --image IMAGE", "list", "list --json", "run -q train --image IMAGE", "agent --drain",
        "status RUN", "status RUN --json", "events RUN", "events --json", "logs RUN", "stop RUN", "job list",
        "plan -q train --git https://git-user:planted-in-a-url-0123456789@127.0.0.1:9/a.git",
        "submit -q train --git https://git-user:planted-in-a-url-0123456789@127.0.0.1:9/a.git",
    ]

    /// The commands that call a service, or show a service's message. Without agents, because an agent waits for the
    /// service.
    static let calling: Set<String> = [
        "doctor", "plan -q train --image IMAGE", "submit -q train --image IMAGE", "status RUN", "events RUN",
        "logs RUN",
        "stop RUN",
    ]

    @Test(arguments: PlantedSource.all)
    func
        `no planted secret is printed or written, whether services succeed, fail and quote the request, or are unreachable`(
            _ source: PlantedSource
        ) async throws
    {
        let account = try Account()
        let (variables, others) = try source.plant(account)
        let quoting = try QuotingServer()
        let watch = source.isInFiles ? ProcessWatch(for: others) : nil
        try await account.queue(Guide.queueYAML)
        var said: [(String, Answer)] = []
        var run = "none"
        for backend in [
            [:], ["AWS_ENDPOINT_URL_SAGEMAKER": quoting.url],
            ["AWS_ENDPOINT_URL_ECR": quoting.url, "AWS_ENDPOINT_URL_LOGS": quoting.url],
            ["AWS_ENDPOINT_URL_STS": quoting.url, "AWS_ENDPOINT_URL_SSO": quoting.url],
            ["AWS_MAX_ATTEMPTS": "1", "AWS_ENDPOINT_URL_SAGEMAKER": "http://127.0.0.1:9"],
        ] {
            for command in Self.commands {
                if !backend.isEmpty, !Self.calling.contains(command) { continue }
                let line = command.replacing("RUN", with: run).replacing("IMAGE", with: Account.image)
                let words = line.split(separator: " ").map(String.init) + ["-vv"]
                let answer = try await account.launch(words, setting: variables.merging(backend) { $1 })
                #expect(answer.code >= 0 && answer.code != 70, "\(command): \(answer)")
                if command.hasPrefix("submit -q train --image"), answer.code == 0 { run = answer.word }
                said.append((command, answer))
            }
        }
        if let seen = watch?.stop() { #expect(seen.scans > 1 && seen.found.isEmpty, "\(seen)") }
        // The search is only meaningful if the program used the secrets.
        #expect(said.contains { $0.0 == "run -q train --image IMAGE" && $0.1.code == 0 })
        #expect(quoting.requestCount > 0)
        #expect(said.contains { $0.1.errors.contains("<secret>") || $0.1.output.contains("<secret>") })

        let needles = Needles(account.stub.keys.secrets + others + ["planted-in-a-url-0123456789"])
        for (command, answer) in said {
            let found = needles.found(in: answer.output + answer.errors)
            #expect(found.isEmpty, "\(command): \(found) in \(answer)")
        }
        let files = needles.files(below: account.folder.path, but: ["planted/", ".aws/"])
        #expect(files.isEmpty, "\(files)")
    }
}
