import LaunchHost
import Testing

/// All unfilled placeholders of a configuration are reported together, each at its position.
@Suite struct UnfilledPlaceholderTests {
    @Test func `all placeholders are reported at once`() {
        let text = """
            queues: [<queue-name>, ‹second›]
            entity: <team>
            max_jobs: <number>
            environment:
              type: aws
              region: <region>
            registry:
              type: ecr
              uri: <account>.dkr.ecr.{region}.amazonaws.com/<repository name>
            builder:
              type: docker
              destination: {destination}
              platform: "{{platform}}"
            """
        #expect(
            Fake.complaints(text) == [
                "launch-config.yaml:1:10: queues[0] still holds the placeholder \"<queue-name>\"",
                "launch-config.yaml:1:24: queues[1] still holds the placeholder \"‹second›\"",
                "launch-config.yaml:2:9: entity still holds the placeholder \"<team>\"",
                "launch-config.yaml:3:11: max_jobs still holds the placeholder \"<number>\"",
                "launch-config.yaml:6:11: environment.region still holds the placeholder \"<region>\"",
                "launch-config.yaml:9:8: registry.uri still holds the placeholders \"<account>\", \"{region}\" and \"<repository name>\"",
                "launch-config.yaml:12:16: builder.destination still holds the placeholder \"{destination}\"",
                "launch-config.yaml:13:13: builder.platform still holds the placeholder \"{{platform}}\"",
            ])
    }

    @Test func `other errors are reported together with placeholders`() {
        let text = "max_job: 2\nqueues: [<queue>]\nenvironment: {type: <type>, regoin: x}\n"
        let complaints = Fake.complaints(text)
        #expect(complaints.count == 3, "\(complaints)")
        #expect(complaints.first?.contains("\"max_job\"") == true)
        #expect(complaints.last == "launch-config.yaml:3:21: environment.type still holds the placeholder \"<type>\"")
    }

    /// Brackets in a password or a build argument may be intended.
    @Test(arguments: [
        "registry: {type: local, uri: \"localhost:5000/x\", password: \"a<b>c{d}\"}",
        "builder: {type: docker, build_args: {FLAGS: \"-I<dir> {x} ${y}\", TEMPLATE: \"{{ a }} b\"}}",
        "entity: a<b", "entity: \"a > b < c\"", "entity: \"{}\"", "entity: \"<1>\"", "entity: \"$5 and {\"",
    ])
    func `brackets that may be intended are not placeholders`(_ text: String) {
        #expect(Fake.complaints(text) == [])
    }

    @Test func `a password is not shown`() {
        let complaints = Fake.complaints("registry: {type: local, uri: \"localhost:5000/x\", password: <password>}")
        #expect(complaints == ["launch-config.yaml:1:60: registry.password still holds a placeholder"])
        let build = Fake.complaints("builder: {type: docker, build_args: {VERSION: <version>}}")
        #expect(build.first?.contains("builder.build_args.VERSION") == true)
    }

    @Test func `variables inside a value are warnings`() {
        let text = "registry: {type: ecr, uri: \"${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/x\"}\nqueues: [$QUEUE]\n"
        let complaints = Fake.complaints(text)
        #expect(complaints.count == 2 && complaints.allSatisfy { $0.contains("does not expand variables") })
    }

    @Test func `a long value is read in bounded time`() {
        let text = "entity: \"" + String(repeating: "<a{b", count: 100_000) + "\"\n"
        #expect(Fake.complaints(text) == [])
    }
}
