import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct ECRHostTests {
    @Test(arguments: [
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("123456789012.dkr-ecr-fips.us-east-1.on.aws", "us-east-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ])
    func `a host names its account and region`(_ text: String, _ region: String) {
        let host = ECRHost(text)
        #expect(host?.account == "123456789012" && host?.region == region && host?.description == text)
    }

    @Test(arguments: [
        "", "123456789012", "12345678901.dkr.ecr.us-east-1.amazonaws.com",
        "1234567890123.dkr.ecr.us-east-1.amazonaws.com", "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
        "123456789012.dkr.ecr.us-east-1.Amazonaws.com", "123456789012.dkr.ecr..amazonaws.com",
        "123456789012.dkr.ecr.us-east-1.", "123456789012.dkr.ecr.us-east-1", "123456789012.dkr.ecr.us-east-1.on.aws",
        "123456789012.dkr-ecr.us-east-1.amazonaws.com", "123456789012.dkr.ecr.us-east-1.amazonaws.com.cn",
        "１23456789012.dkr.ecr.us-east-1.amazonaws.com", "123456789012.dkr_ecr.us-east-1.amazonaws.com",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com\n", "registry.example.com",
    ])
    func `any other text is not a host of ECR`(_ text: String) {
        #expect(ECRHost(text) == nil)
    }

    /// The scanner against the regular expression that defines it.
    @Test func `texts near a host are read as by the regular expression`() {
        let form = /([0-9]{12})\.dkr([.-])ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)/
        let pieces = [
            "123456789012", "dkr", "ecr", "ecr-fips", ".", ".", "-", "us-east-1", "amazonaws.com", "on.aws", "A",
        ]
        for _ in 0..<20_000 {
            var text = "123456789012.dkr" + (Bool.random() ? "." : "-") + (Bool.random() ? "ecr" : "ecr-fips") + "."
            if Bool.random() { text += "us-east-1.amazonaws.com" }
            for _ in 0..<Int.random(in: 0...3) {
                var at = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count))
                if Bool.random(), at < text.endIndex { text.remove(at: at) }
                at = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count))
                if Bool.random() { text.insert(contentsOf: pieces.randomElement() ?? "", at: at) }
            }
            let found = text.wholeMatch(of: form)
            let isKnown = found.map { found in
                guard let partition = Partition.of(region: String(found.3)) else { return false }
                let dual = "on." + partition.dualStackSuffix.dropFirst("api.".count)
                return found.4 == (found.2 == "." ? partition.dnsSuffix : dual)
            }
            #expect((ECRHost(text) != nil) == (isKnown ?? false), "\(text)")
        }
    }
}
