internal import LaunchConfiguration
internal import LaunchPluginKit

extension PriceTable {
    /// The keys of a file of prices.
    static let fields = [
        Field("region", .string, required: true, example: "eu-west-1", help: "The region that the prices are of."),
        Field(
            "as_of", .either([.string, .integer(2000...9999)]), required: true, example: "2026-08",
            help: "When the prices were read: a year, a month or a day."),
        Field("currency", .string, default: .string("USD"), example: "EUR", help: "The currency, as three letters."),
        Field(
            "per_hour", .map(.number(0.0001...10_000)), required: true, example: "{ml.m5.xlarge: 0.23}",
            help: "The price of an hour of on-demand training, by instance type."),
    ]

    /// Reads a file of prices, YAML or JSON.
    /// - Throws: A `configuration` error with all errors of the file, each with its position.
    init(reading path: String) throws(BackendError) {
        do throws(LaunchError) {
            try self.init(Document(reading: path, kind: .configuration))
        } catch {
            var refusal = BackendError(.configuration, error.message, hint: error.hint)
            refusal.diagnostics = error.diagnostics
            throw refusal
        }
    }

    /// Reads the prices in a document.
    /// - Throws: `LaunchError` of kind `.configuration` with all errors of the document.
    init(_ document: Document) throws(LaunchError) {
        var decoder = SchemaDecoder(document: document)
        let options = decoder.decode(document.root, fields: Self.fields, in: .top)
        var diagnostics = document.problems + decoder.diagnostics
        let asOf = options.values["as_of"].map { $0.stringValue ?? "\($0.integerValue ?? 0)" } ?? ""
        let currency = options.string("currency") ?? ""
        func refuse(_ key: String, _ message: String, hint: String) {
            let path = FieldPath([.member(key)])
            diagnostics.append(
                document.diagnostic(.error, message, hint: hint, at: document.mark(at: path), path: path))
        }
        if let region = options.string("region"), region.wholeMatch(of: /[a-z]{2}(-[a-z]+)+-[0-9]{1,2}/) == nil {
            refuse("region", "\(Wording.quoted(region)) is not the name of a region", hint: "for example us-east-1")
        }
        if !asOf.isEmpty, asOf.wholeMatch(of: /[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?/) == nil {
            refuse(
                "as_of", "\(Wording.quoted(asOf)) is not a date",
                hint: "write a year, month or day, for example 2026-08")
        }
        if !currency.isEmpty, currency.wholeMatch(of: /[A-Z]{3}/) == nil {
            refuse(
                "currency", "\(Wording.quoted(currency)) is not a currency",
                hint: "write three capitals, for example USD")
        }
        let prices = document.node(at: FieldPath([.member("per_hour")]))
        for entry in prices?.entries ?? [] where !UnknownType.hasForm(entry.key) {
            diagnostics.append(
                document.diagnostic(
                    .error, "\(Wording.quoted(entry.key)) cannot be an instance type",
                    hint: "a type looks like ml.m5.xlarge",
                    at: entry.keyMark, path: FieldPath([.member("per_hour"), .member(entry.key)])))
        }
        if prices?.entries?.isEmpty == true {
            refuse("per_hour", "\"per_hour\" has no prices", hint: "for example {ml.m5.xlarge: 0.23}")
        }
        let errors = diagnostics.count { $0.severity == .error }
        guard errors == 0 else {
            throw LaunchError(
                .configuration, "The prices of \(document.name) have \(Wording.count(errors, "error")).",
                diagnostics: DiagnosticRenderer.sorted(diagnostics))
        }
        let hours = options.values["per_hour"]?.objectValue?.compactMapValues(\.doubleValue) ?? [:]
        self.init(
            region: options.string("region") ?? "", currency: currency, parts: [Part(asOf: asOf, hours: hours)],
            file: document.name)
    }
}
