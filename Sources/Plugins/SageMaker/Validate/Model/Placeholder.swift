/// A placeholder that a template leaves to be replaced: `<REQUIRED>`, `s3://<bucket>/models`.
enum Placeholder {
    /// The placeholder in W&B's template for SageMaker. It counts everywhere.
    private static let seed = "<REQUIRED>"

    /// Shapes of the user's own texts, which may contain angle brackets: `<s>` is a token of many language models.
    private static let freeTexts: Set<String> = [
        "ConfigValue", "HyperParameterValue", "MetricRegex", "TrainingContainerArgument",
        "TrainingContainerEntrypointString", "TrainingEnvironmentValue",
    ]

    /// Whether texts of that shape may contain angle brackets.
    static func mayStandIn(_ shape: String) -> Bool {
        freeTexts.contains(shape)
    }

    /// The first placeholder in a text. With `freely`, only the whole text `<REQUIRED>` counts.
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
