import Testing

@testable import LaunchOCIRegistry

struct ChallengeTests {
    @Test func `a bearer challenge has its realm, service and scope`() {
        let challenges = Challenge.parse(
            #"Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push""#
        )
        #expect(
            challenges == [
                Challenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://auth.example.com/token", "service": "registry.example.com",
                        "scope": "repository:a/b:pull,push",
                    ])
            ])
    }

    @Test func `several challenges in one header are told apart`() {
        let challenges = Challenge.parse(#"Negotiate, BASIC Realm = "a \"b\" c" , charset=UTF-8,Bearer realm=x"#)
        #expect(
            challenges == [
                Challenge(scheme: "negotiate", parameters: [:]),
                Challenge(scheme: "basic", parameters: ["realm": "a \"b\" c", "charset": "UTF-8"]),
                Challenge(scheme: "bearer", parameters: ["realm": "x"]),
            ])
    }

    @Test(arguments: [
        "", " , ,", "=", "\"", "=\"x\"", "Bearer realm=\"never closed", "Bearer realm=", "a=b", "Ünicode =",
    ])
    func `whatever comes, the reading ends`(header: String) {
        #expect(Challenge.parse(header).allSatisfy { $0.scheme != "basic" })
    }
}
