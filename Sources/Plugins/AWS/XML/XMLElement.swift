/// One element of an XML answer: the Query protocol and S3 speak XML. Attributes are left out, for AWS says nothing in them.
public struct XMLElement: Sendable, Hashable {
    /// The name without prefix.
    public var name: String
    /// The text directly in it, all pieces together.
    public var text: String
    /// The elements in it, in order.
    public var children: [XMLElement]

    /// An element from its parts.
    public init(_ name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name.
    public subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of that name.
    public func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child of that name.
    public func text(_ name: String) -> String? { self[name]?.text }
}
