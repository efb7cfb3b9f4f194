internal import LaunchHost

/// The cases that look at what a plugin declares, of whatever role it is.
struct Declarations {
    let type: String
    let summary: String
    let fields: [Field]
    let examples: [String]

    init<Product>(_ plugin: Plugin<Product>, template: [Field]? = nil) {
        type = plugin.type
        summary = plugin.summary
        fields = plugin.fields + (template ?? [])
        examples = plugin.examples
    }

    func run(into report: inout Report) async {
        await report.check("declares a type, a summary and an example") {
            try require(type.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "the type is '\(type)'")
            try require(!summary.isEmpty, "there is no summary")
            try require(!examples.isEmpty, "there is no example")
        }
        await report.check("every field has a help line and a snake_case name") {
            for field in fields {
                try require(!field.help.isEmpty, "\(field.name) has no help")
                try require(field.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "'\(field.name)' is not snake_case")
            }
        }
    }
}
