import LaunchHost
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("90", 90.0), ("90s", 90), ("10m", 600), ("2h", 7200), ("1.5h", 5400), ("1d", 86400), ("0s", 0),
            ("5 m", 300),
            ("", nil), ("m", nil), ("-5s", nil), ("10 minutes", nil), ("1h30m", 5400), ("1e3", nil),
            ("1d2h3m4s", 93_784), (".5h", 1800), ("500ms", 0.5), ("1.5m30s", 120), ("1h 30m", nil), ("1h30", nil),
            ("h30m", nil), (".", nil), ("1.h", nil), ("9999999999999d1s", nil),
            ("9999999999999d", nil),
        ] as [(String, Double?)])
    func `durations are parsed, and invalid ones are rejected`(_ text: String, _ seconds: Double?) {
        #expect(Quantity.seconds(text) == seconds)
    }

    @Test(
        arguments: [
            ("1024", 1024), ("1b", 1), ("2k", 2048), ("512m", 512 << 20), ("512MiB", 512 << 20), ("8g", 8 << 30),
            ("8GB", 8 << 30), ("1.5g", 3 << 29), ("1t", 1 << 40), ("8388607t", 8_388_607 << 40), ("8388608t", nil),
            ("99999999999999999999", nil), ("-1g", nil), ("1p", 1 << 50), ("1P", 1 << 50), ("2PiB", 2 << 50),
            ("7e", 7 << 60), ("8e", nil), (".5g", 1 << 29), (".5", 0), (".g", nil), (".", nil), ("8192p", nil),
            ("g", nil), ("1.g", nil), ("ib", nil),
        ] as [(String, Int64?)])
    func `sizes are parsed, and invalid ones are rejected`(_ text: String, _ bytes: Int64?) {
        #expect(Quantity.bytes(text) == bytes)
    }
}

@Suite struct SchemaDecoderTests {
    private let owner = SchemaDecoder.Owner("the template (resource: local-docker)")

    @Test func `values without a document are decoded`() throws {
        let value = JSONValue.object([
            "memory": .string("8g"), "gpus": .string("all"), "cpus": .integer(2),
            "volumes": .array([.string("/a:/b")]),
        ])
        let fields = try #require(Fake.container.template)
        let result = SchemaDecoder.decode(value, fields: fields, in: owner)
        #expect(result.diagnostics == [])
        #expect(result.options.integer("memory") == 8 << 30)
        #expect(result.options.number("cpus") == 2)
        #expect(result.options.string("gpus") == "all")
    }

    @Test func `a value without a position is named by its field`() throws {
        let value = JSONValue.object([
            "memory": .string("${run_id}"), "gpus": .integer(65), "cpu": .integer(1), "volumes": .array([.integer(1)]),
        ])
        let fields = try #require(Fake.container.template)
        let result = SchemaDecoder.decode(value, fields: fields, in: owner)
        #expect(
            result.diagnostics.map { "\($0.path?.description ?? ""): \($0.message)" } == [
                "cpu: unknown key \"cpu\" in the template (resource: local-docker); did you mean \"cpus\"?",
                "gpus: \"gpus\" in the template (resource: local-docker) must be a whole number from 0 to 64 or all; found the number 65",
                "memory: \"memory\" in the template (resource: local-docker) must be a size, e.g. 512m or 8g; found the text \"${run_id}\"",
                "volumes[0]: item 1 of \"volumes\" in the template (resource: local-docker) must be text; found the number 1",
            ])
        #expect(result.options.values.keys.sorted() == ["volumes"])
    }

    @Test func `every number of JSON is accepted`() {
        let fields = [
            Field("whole", .integer(0...10), help: ""), Field("size", .bytes, help: ""),
            Field("time", .duration, help: ""),
        ]
        let good = SchemaDecoder.decode(
            .object(["whole": .number(2.0), "size": .integer(.max), "time": .number(5)]), fields: fields, in: owner)
        #expect(good.diagnostics == [] && good.options.integer("whole") == 2)
        let bad = SchemaDecoder.decode(
            .object(["whole": .number(1e300), "size": .integer(.min), "time": .integer(.max)]), fields: fields,
            in: owner)
        #expect(bad.diagnostics.count == 3)
    }
}
