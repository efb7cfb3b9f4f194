/// One type of the service's model: what a value must look like.
///
/// Shapes name each other by their place in `ServiceModel.shapes`, because some may contain themselves.
struct Shape: Sendable {
    /// What a value of the shape is made of.
    enum Kind: Sendable {
        /// Members by name.
        case structure(Structure)
        /// Values of one shape; the bounds are on their number.
        case list(item: Int, Bounds)
        /// Keys of the user's own, and values of one shape; the bounds are on their number.
        case map(key: Int, value: Int, Bounds)
        /// Text; the bounds are on its length in Unicode scalars.
        case text(Text)
        /// A whole number.
        case integer(Bounds)
        /// Any number.
        case number
        /// True or false.
        case flag
        /// What no request of today uses, and a later model may: it is taken as it stands.
        case other
    }

    /// The least and the most, both included; nil where the model has no bound.
    struct Bounds: Sendable, Hashable {
        var least: Int64?
        var most: Int64?
    }

    /// The members of a structure.
    struct Structure: Sendable {
        /// The shape of each member.
        var members: [String: Int]
        /// The names, sorted, for suggestions.
        var names: [String]
        /// Members that must be there.
        var required: [String]
        /// The name in the service's spelling for a name in any other (`ServiceModel.folded`).
        var spellings: [String: String]
    }

    /// The rules of a text.
    struct Text: Sendable {
        var length: Bounds
        var pattern: ModelPattern?
        /// The words allowed, in the model's order; empty where any are.
        var words: [String]
        var wordSet: Set<String>
    }

    /// The model's name of it.
    var name: String
    /// What it is made of.
    var kind: Kind
}
