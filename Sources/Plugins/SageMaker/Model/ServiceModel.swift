internal import LaunchPluginKit

/// SageMaker's definition of its `CreateTrainingJob` request: types, required members, enumerations, patterns and
/// bounds. A script extracts the data from botocore.
///
/// The service adds members and values every month, so a queue can use a newer model without a new program.
struct ServiceModel: Sendable {
    /// The origin with its version: `botocore 1.44.5`.
    let source: String
    /// Every shape that a request can reach. The request is the first.
    let shapes: [Shape]
    /// The paths of each member, by its folded name.
    let homes: [String: [String]]

    init(source: String, shapes: [Shape]) {
        self.source = source
        self.shapes = shapes
        homes = Self.homes(in: shapes)
    }

    /// The model that is compiled into the program.
    ///
    /// The text is a constant that the tests parse, so parsing always succeeds. The model without shapes, which accepts
    /// every request, satisfies the compiler.
    static let bundled: ServiceModel =
        (try? ServiceModel(parsing: bundledText)) ?? ServiceModel(source: "no model", shapes: [])

    /// The request's shape.
    var root: Shape? { shapes.first }
}
