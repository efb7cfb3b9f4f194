/// A sentence in the help of commands that print tables.
enum TableText {
    static let piped =
        "If standard output is not a terminal, the columns are separated by one tab and nothing is shortened."
}
