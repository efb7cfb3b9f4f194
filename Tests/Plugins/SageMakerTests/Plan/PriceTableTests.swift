import LaunchHost
import Testing

@testable import LaunchSageMaker

struct PriceTableTests {
    private func read(_ text: String) throws -> PriceTable {
        try PriceTable(Document(text: text, name: "prices.yaml"))
    }

    private func mistakes(_ text: String) throws -> [String] {
        let error = try #require(throws: LaunchError.self) { _ = try read(text) }
        #expect(error.kind == .configuration)
        return error.diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.message)" }
    }

    @Test
    func `The bundled table has types that the model knows, each once, with a plausible price`() {
        let table = PriceTable.bundled
        guard let shape = ServiceModel.bundled.shapes.first(where: { $0.name == "TrainingInstanceType" }),
            case .text(let rules) = shape.kind
        else {
            Issue.record("the model has no instance types")
            return
        }
        let types = table.parts.flatMap(\.hours.keys)
        #expect(Set(types).count == types.count && types.count >= 60)
        #expect(Set(types).subtracting(rules.words).isEmpty)
        #expect(table.parts.allSatisfy { $0.hours.values.allSatisfy { (0.01...200).contains($0) } })
        // A machine of twice the size never costs less.
        for (small, large) in [("ml.g6.xlarge", "ml.g6.12xlarge"), ("ml.m5.large", "ml.m5.xlarge")] {
            #expect((table.price(of: small)?.hour ?? 9) < (table.price(of: large)?.hour ?? 0))
        }
    }

    @Test
    func `A file is read as YAML and as JSON, its date as text or as a year`() throws {
        let yaml = try read("region: eu-west-1\nas_of: 2026-08\nper_hour: {ml.m5.xlarge: 0.257, ml.zz9.large: 1}\n")
        #expect(yaml.price(of: "ml.m5.xlarge") == PriceTable.Price(hour: 0.257, asOf: "2026-08"))
        #expect(yaml.price(of: "ml.zz9.large")?.hour == 1)
        #expect(yaml.price(of: "ml.m5.large") == nil)
        #expect(yaml.region == "eu-west-1" && yaml.currency == "USD" && yaml.file == "prices.yaml")
        let json = try read(
            #"{"region": "us-gov-west-1", "as_of": 2026, "currency": "EUR", "per_hour": {"ml.m5.xlarge": 1}}"#)
        #expect(json.price(of: "ml.m5.xlarge")?.asOf == "2026")
        #expect(json.currency == "EUR")
    }

    @Test(arguments: [
        (
            "region: eu-west-1\nas_of: 2026-08\nper_hour:\n  ml.m5.xlarge: free\n  m5.large: 1\n  ml.m5.large: -1\n",
            [
                "4:17 \"ml.m5.xlarge\" of \"per_hour\" must be a number from 0.0001 to 10000; found the text \"free\"",
                "5:3 \"m5.large\" cannot be an instance type",
                "6:16 \"ml.m5.large\" of \"per_hour\" must be a number from 0.0001 to 10000; found the number -1",
            ]
        ),
        (
            "region: Europe\nas_of: yesterday\ncurrency: dollars\nper_hour: {}\n",
            [
                "1:9 \"Europe\" is not the name of a region", "2:8 \"yesterday\" is not a date",
                "3:11 \"dollars\" is not a currency", "4:11 \"per_hour\" has no prices",
            ]
        ),
        (
            "region: us-east-1\nas_of: 2026-13\nprice: {}\n",
            [
                "1:1 \"per_hour\" is missing at the top level", "2:8 \"2026-13\" is not a date",
                "3:1 unknown key \"price\" at the top level",
            ]
        ),
        ("[]", ["1:1 the top level must be a mapping of keys; found a list"]),
        (
            "{region: us-east-1, as_of: 2026, per_hour: {ml.m5.large: 1, ml.m5.large: 2}}",
            ["1:61 duplicate key \"ml.m5.large\"; the first is at 1:45"]
        ),
    ])
    func `Each error has its position`(_ text: String, _ expected: [String]) throws {
        #expect(try mistakes(text) == expected)
    }

    @Test
    func `The highest cost of all types that a run may get, and the names of types without a price`() throws {
        let table = try read(
            "region: eu-west-1\nas_of: 2026-08\ncurrency: EUR\nper_hour: {ml.m5.xlarge: 1, ml.m5.2xlarge: 3}\n")
        func cost(_ types: [String], region: String? = "eu-west-1") throws -> CostEstimate {
            let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
            let request = try runner.render(
                try TrainingWorld.job("run00001", ["instance_types": .array(types.map { .string($0) })]))
            return TrainingCost(request, region: region, prices: table).estimate
        }
        let known = try cost(["ml.m5.2xlarge"])
        #expect(known.currency == "EUR" && (known.maximum ?? 0) > 0)
        #expect(
            known.basis.contains("ml.m5.2xlarge") && known.basis.hasSuffix("prices of eu-west-1, 2026-08 (prices.yaml)")
        )
        #expect(try cost([], region: "us-east-1").basis.hasSuffix(", and us-east-1 may differ"))
        let unknown = try cost(["ml.g5.xlarge", "ml.m5.2xlarge", "ml.p5.48xlarge"])
        #expect(unknown.maximum == nil)
        #expect(
            unknown.basis == "unknown: no price of ml.g5.xlarge and ml.p5.48xlarge in the prices of eu-west-1, 2026-08 "
                + "(prices.yaml); give a table of your own with --prices FILE")
    }
}
