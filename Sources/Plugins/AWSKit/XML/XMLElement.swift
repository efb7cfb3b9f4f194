/// One element of an XML reply of the Query protocol or S3. Attributes are omitted, because AWS does not use them.
public struct XMLElement: Sendable, Hashable {
    /// The name without prefix.
    public var name: String
    /// The element's own text.
    public var text: String
    /// The child elements, in order.
    public var children: [XMLElement]

    public init(_ name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child with that name.
    public subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children with that name.
    public func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child with that name.
    public func text(_ name: String) -> String? { self[name]?.text }
}
