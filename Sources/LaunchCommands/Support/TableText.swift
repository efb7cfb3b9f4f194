/// What the help of listings says about their tables.
enum TableText {
    static let piped =
        "Where standard output is not a terminal, the columns are separated by one tab and nothing is shortened."
}
