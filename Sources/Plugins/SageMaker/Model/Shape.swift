/// One type of the service's model: the rules of a value.
///
/// Shapes refer to each other by index in `ServiceModel.shapes`, because a shape may contain itself.
struct Shape: Sendable {
    /// The form of a value.
    enum Kind: Sendable {
        /// Members by name.
        case structure(Structure)
        /// Items of one shape. The bounds limit their number.
        case list(item: Int, Bounds)
        /// Keys that the user chooses, and values of one shape. The bounds limit their number.
        case map(key: Int, value: Int, Bounds)
        /// Text. The bounds limit its length in Unicode scalars.
        case text(Text)
        /// A whole number.
        case integer(Bounds)
        /// Any number.
        case number
        /// True or false.
        case flag
        /// A type that the present request does not use but a later model may. Values are accepted unchanged.
        case other
    }

    /// The minimum and the maximum, both inclusive; nil if the model has no bound.
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
        /// Members that a request must have.
        var required: [String]
        /// The name in the service's spelling, by its folded form (`ServiceModel.folded`).
        var spellings: [String: String]
    }

    /// The rules of a text.
    struct Text: Sendable {
        var length: Bounds
        var pattern: ModelPattern?
        /// The allowed words, in the model's order; empty if any text is allowed.
        var words: [String]
        var wordSet: Set<String>
    }

    /// The shape's name in the model.
    var name: String
    var kind: Kind
}
