/// The first items of a list, with the number of the others. A line of the report stays readable.
func listed(_ items: some Collection<String>, most: Int = 4) -> String {
    items.prefix(most).map { capped($0, to: 120) }.joined(separator: ", ")
        + (items.count > most ? " and \(items.count - most) more" : "")
}

/// The first characters of a text, with the number of the others.
func capped(_ text: String, to most: Int = 600) -> String {
    text.count <= most ? text : "\(text.prefix(most))… and \(text.count - most) more characters"
}
