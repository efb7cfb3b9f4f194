internal import LaunchHost

/// What SageMaker says of its own `CreateTrainingJob` request: the types, required members, enumerations, patterns and
/// bounds, as data that a script takes from botocore.
///
/// The service learns new words every month, so the model can be replaced without a new program.
struct ServiceModel: Sendable {
    /// Where it comes from, with the version: `botocore 1.44.5`.
    let source: String
    /// Every shape that a request can reach; the request itself comes first.
    let shapes: [Shape]
    /// Where each member stands, by its folded name.
    let homes: [String: [String]]

    init(source: String, shapes: [Shape]) {
        self.source = source
        self.shapes = shapes
        homes = Self.homes(in: shapes)
    }

    /// The model that the program was built with.
    ///
    /// It is a constant that the tests read, so it is always readable; a model without shapes, which knows nothing and
    /// refuses nothing, stands here only because the compiler cannot know that.
    static let bundled: ServiceModel =
        (try? ServiceModel(parsing: bundledText)) ?? ServiceModel(source: "no model", shapes: [])

    /// The request.
    var root: Shape? { shapes.first }
}
