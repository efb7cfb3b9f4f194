/// What a template leaves to be filled in: `<REQUIRED>`, `s3://<bucket>/models`.
enum Placeholder {
    /// The one that W&B's template for SageMaker holds; it is meant wherever it stands.
    private static let seed = "<REQUIRED>"

    /// Texts of the user's own, in which angle brackets may be meant: `<s>` is a token of many language models.
    private static let freeTexts: Set<String> = [
        "ConfigValue", "HyperParameterValue", "MetricRegex", "TrainingContainerArgument",
        "TrainingContainerEntrypointString", "TrainingEnvironmentValue",
    ]

    /// Whether angle brackets may be meant in texts of that shape.
    static func mayStandIn(_ shape: String) -> Bool {
        freeTexts.contains(shape)
    }

    /// The first placeholder in a text; with `freely`, only the seed's own counts, and only alone.
    static func found(in text: String, freely: Bool) -> String? {
        let bytes = text.utf8
        guard let open = bytes.firstIndex(of: UInt8(ascii: "<")) else { return nil }
        if text == seed { return seed }
        guard !freely, let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        // Some templates double the brackets: <<bucket>>.
        let name = text[open..<close].drop { $0 == "<" }
        guard let first = name.first, first.isLetter,
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == " " || $0 == "." })
        else { return nil }
        let rest = text[text.index(after: close)...].prefix { $0 == ">" }
        return String(text[open..<rest.endIndex])
    }
}
