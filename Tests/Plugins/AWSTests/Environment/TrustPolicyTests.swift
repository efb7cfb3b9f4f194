import LaunchAWS
import LaunchHost
import Testing

@testable import LaunchAWS

/// The trust policy of a role, for SageMaker in one account.
@Suite struct TrustPolicyTests {
    private static let caller = TrustPolicy.Caller(
        service: "sagemaker.amazonaws.com", account: "123456789012",
        source: "arn:aws:sagemaker:us-east-1:123456789012:training-job")
    private static let allow =
        #"{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}"#

    private func verdict(_ statements: String...) throws -> TrustPolicy.Verdict {
        let text = #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
        return TrustPolicy(try JSONValue(parsing: text)).verdict(on: Self.caller)
    }

    private func condition(_ text: String, effect: String = "Allow") -> String {
        #"{"Effect":"\#(effect)","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{\#(text)}}"#
    }

    @Test(arguments: [
        #""Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole""#,
        #""Principal":{"Service":["ec2.amazonaws.com","sagemaker.amazonaws.com"]},"Action":["sts:TagSession","STS:assumerole"]"#,
        #""Principal":"*","Action":"sts:*""#,
        #""Principal":{"AWS":["*"]},"Action":"*""#,
        #""Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:Assume*""#,
        #""NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"},"NotAction":"sts:TagSession""#,
    ])
    func `a statement lets SageMaker take the role`(_ statement: String) throws {
        #expect(try verdict(#"{"Effect":"Allow",\#(statement)}"#) == .allowed)
    }

    @Test(arguments: [
        (#""Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole""#, "does not name the service"),
        (
            #""Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole""#,
            "does not name the service"
        ),
        (
            #""Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:TagSession""#,
            "does not allow sts:AssumeRole"
        ),
        (#""Principal":{"Service":"sagemaker.amazonaws.com"},"NotAction":"sts:*""#, "does not allow sts:AssumeRole"),
        (
            #""NotPrincipal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole""#,
            "does not name the service"
        ),
        (#""Principal":{"Service":"sagemaker.amazonaws.com"}"#, "does not allow sts:AssumeRole"),
        (#""Action":"sts:AssumeRole""#, "does not name the service"),
    ])
    func `a statement does not let SageMaker take the role`(_ statement: String, _ reason: String) throws {
        guard case .refused(let words) = try verdict(#"{"Effect":"Allow",\#(statement)}"#) else {
            Issue.record("it is not refused")
            return
        }
        #expect(words.contains(reason), "\(words)")
    }

    @Test func `a statement that denies wins, and an effect that does not exist allows nothing`() throws {
        let deny = Self.allow.replacing("Allow", with: "Deny")
        #expect(try verdict(Self.allow, deny).words?.contains("effect Deny") == true)
        #expect(try verdict(Self.allow, deny.replacing("sts:AssumeRole", with: "sts:TagSession")) == .allowed)
        #expect(try verdict(Self.allow.replacing("Allow", with: "allow")).words != nil)
        #expect(try verdict().words != nil)
        let other = condition(#""StringEquals":{"aws:SourceAccount":"111122223333"}"#, effect: "Deny")
        #expect(try verdict(Self.allow, other) == .allowed)
        let open = condition(#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#, effect: "Deny")
        #expect(try verdict(Self.allow, open) == .depends(["aws:SourceIp"]))
    }

    @Test(arguments: [
        #""StringEquals":{"aws:SourceAccount":"123456789012"}"#,
        #""StringEquals":{"AWS:sourceAccount":["111122223333","123456789012"]}"#,
        #""StringLike":{"aws:SourceAccount":"1234*"}"#,
        #""StringNotEquals":{"aws:SourceAccount":"111122223333"}"#,
        #""ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:us-east-1:123456789012:*"}"#,
        #""ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:*:123456789012:training-job/*"}"#,
        #""StringLikeIfExists":{"aws:SourceArn":"arn:aws:sagemaker:us-????-1:*"}"#,
        #""ArnNotLike":{"aws:SourceArn":"arn:aws:sagemaker:us-east-1:111122223333:*"}"#,
        #""Bool":{"aws:PrincipalIsAWSService":"true"}"#,
    ])
    func `a condition includes the jobs`(_ text: String) throws {
        #expect(try verdict(condition(text)) == .allowed)
    }

    @Test(arguments: [
        #""StringEquals":{"aws:SourceAccount":"111122223333"}"#,
        // Only the operators with "Like" have wildcards.
        #""StringEquals":{"aws:SourceAccount":"*"}"#,
        #""StringNotLike":{"aws:SourceAccount":"1*"}"#,
        #""ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:eu-west-1:123456789012:*"}"#,
        #""ArnEquals":{"aws:SourceArn":"arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/*"}"#,
        #""StringEquals":{"aws:SourceAccount":"123456789012","aws:SourceArn":"arn:aws:sagemaker:us-east-1:123456789012:*"}"#,
    ])
    func `a condition excludes the jobs`(_ text: String) throws {
        #expect(try verdict(condition(text)).words?.contains("its condition excludes jobs") == true)
    }

    @Test func `conditions that are not evaluated are named`() throws {
        #expect(try verdict(condition(#""StringEquals":{"aws:SourceOrgID":"o-1"}"#)) == .depends(["aws:SourceOrgID"]))
        // Some jobs, by their names.
        let some = #""ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/team-*"}"#
        #expect(try verdict(condition(some)) == .depends(["aws:SourceArn"]))
        let variable = #""StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}"#
        #expect(try verdict(condition(variable)) == .depends(["aws:SourceAccount"]))
        // A known condition that does not hold decides.
        let both = #""StringEquals":{"aws:SourceAccount":"1","aws:SourceOrgID":"o-1"}"#
        #expect(try verdict(condition(both)).words != nil)
    }

    @Test func `a document of any shape is read`() throws {
        for text in [
            "[]", "{}", "1", #"{"Statement":1}"#, #"{"Statement":[1,null,[]]}"#, #"{"Statement":{"Effect":[]}}"#,
        ] {
            #expect(TrustPolicy(try JSONValue(parsing: text)).verdict(on: Self.caller).words != nil, "\(text)")
        }
        let single = #"{"Statement":\#(Self.allow)}"#
        #expect(TrustPolicy(try JSONValue(parsing: single)).verdict(on: Self.caller) == .allowed)
    }

    @Test func `the permissions of many queues are simulated in few calls`() {
        let queues = (0..<100).flatMap { number in
            [
                Permission(.agent, ["a:Make", "a:Stop"], on: ["arn:\(number % 3)"], reason: "one"),
                Permission(.agent, ["a:Stop", "a:Make"], on: ["arn:\(number % 3)"], reason: "two"),
                Permission(
                    .agent, ["a:Make"], on: ["*"], condition: .object(["k": .integer(Int64(number % 2))]),
                    reason: "three"),
            ]
        }
        let merged = PermissionSimulation.merged(queues)
        #expect(merged.map(\.resources) == [["arn:0", "arn:1", "arn:2"], ["*"], ["*"]])
    }

    @Test func `a pattern of many stars takes bounded work`() {
        let pattern = IAMPattern(String(repeating: "*a", count: 500))
        #expect(!pattern.matches(String(repeating: "a", count: 400) + "b"))
        #expect(IAMPattern("**").matches("") && IAMPattern("a**").matches("a") && !IAMPattern("?").matches(""))
        #expect(IAMPattern("a?c*").matches("abcd") && !IAMPattern("a?c").matches("abcd"))
    }
}

extension TrustPolicy.Verdict {
    /// The reason of a refusal.
    fileprivate var words: String? { if case .refused(let reason) = self { reason } else { nil } }
}
