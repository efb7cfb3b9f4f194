import LaunchHost
import Testing

@testable import LaunchRehearsal

/// The request of a rehearsal is translated once, not at each stage.
@Suite struct TranslatedJobsTests {
    private func request(_ number: Int, _ options: RehearsalOptions? = nil) -> RunRequest {
        RunRequest(runner: "cloud", document: .object(["n": .integer(Int64(number))]), rehearsal: options)
    }

    private func job(_ number: Int) -> ContainerJob {
        ContainerJob(image: PinnedImage(unpinned: "image:\(number)"))
    }

    @Test func `equal requests are translated once`() throws {
        let jobs = TranslatedJobs()
        var count = 0
        for _ in 0..<5 {
            let found = try jobs.job(of: request(1)) { _ throws(BackendError) in
                count += 1
                return job(1)
            }
            #expect(found == job(1))
        }
        #expect(count == 1)
    }

    @Test func `another document or another option is another job`() throws {
        let jobs = TranslatedJobs()
        var seen: [RunRequest] = []
        let requests = [request(1), request(2), request(1, RehearsalOptions(keepsLocal: true)), request(1)]
        for request in requests {
            _ = try jobs.job(of: request) { request throws(BackendError) in
                seen.append(request)
                return job(0)
            }
        }
        #expect(seen == Array(requests.prefix(3)))
    }

    @Test func `an error is not remembered`() throws {
        let jobs = TranslatedJobs()
        #expect(throws: BackendError.self) {
            try jobs.job(of: request(1)) { _ throws(BackendError) in throw BackendError(.invalid, "no") }
        }
        #expect(try jobs.job(of: request(1)) { _ throws(BackendError) in job(1) } == job(1))
    }

    @Test func `the oldest job is forgotten first`() throws {
        let jobs = TranslatedJobs()
        var count = 0
        func ask(_ number: Int) throws {
            _ = try jobs.job(of: request(number)) { _ throws(BackendError) in
                count += 1
                return job(number)
            }
        }
        for number in 0...TranslatedJobs.limit { try ask(number) }
        #expect(count == TranslatedJobs.limit + 1)
        try ask(TranslatedJobs.limit)
        #expect(count == TranslatedJobs.limit + 1)
        try ask(0)
        #expect(count == TranslatedJobs.limit + 2)
    }
}
