internal import FoundationEssentials
internal import LaunchHTTP
internal import LaunchPluginKit

/// Compares the clock of this machine with that of AWS, by the date of an answer to an unsigned request.
struct ClockInspection: Sendable {
    private let environment: AWSEnvironment

    init(_ environment: AWSEnvironment) { self.environment = environment }

    func finding() async throws(AWSError) -> Inspection.Found {
        let place = try environment.endpoints.place(of: .sts, region: try await environment.region())
        let runtime = environment.runtime
        let began = runtime.clock.now()
        let answer: HTTPResponse
        do throws(HTTPError) {
            answer = try await runtime.http.send(HTTPRequest(.get, place.url, maxBodyBytes: 1 << 20))
        } catch {
            return .warning("not checked: \(error.message)", hint: nil)
        }
        guard let theirs = answer.headers["Date"].flatMap(HTTPDate.parse) else {
            return .warning("not checked: the answer of \(place.url) has no date", hint: nil)
        }
        let off = Int(theirs.timeIntervalSince(began).rounded())
        // The date has whole seconds, and the answer takes a while.
        guard Duration.seconds(abs(off)) > ClockSkew.tolerance else { return .ok("agrees with AWS's") }
        return .warning(
            "\(abs(off)) s \(off > 0 ? "behind" : "ahead of") AWS's: requests are signed with AWS's time, but the times "
                + "of events are wrong",
            hint: "Set it: timedatectl set-ntp true")
    }
}
