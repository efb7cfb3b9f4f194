public import LaunchConsole

/// A small tree of commands that uses every kind of declaration.
public enum Sample {
    /// The root, called `sample`.
    public static let tree = Command(
        "sample", summary: "Keep parcels moving",
        discussion: """
            A program that exists to be parsed, completed and explained. This paragraph is long enough to be \
            wrapped at any width that a terminal has.

              this line stays as it is
            """,
        examples: [Example("Put a parcel on the belt", "sample belt add --to oslo 'old books'")],
        options: [
            Option(
                "config", "c", value: "FILE", help: "Read this configuration.", environment: "SAMPLE_CONFIG",
                values: .files, global: true),
            Option(flag: "verbose", "v", help: "Say more.", repeatable: true, global: true),
            Option(flag: "json", help: "Print one JSON document.", environment: "SAMPLE_JSON", global: true),
            .noColor,
        ],
        environment: [EnvironmentVariable("NO_COLOR", "Switches colours off.")],
        advice: ["cancel": "'sample belt list' shows what can be taken off"],
        groups: [
            CommandGroup("Work", [belt, echo]),
            CommandGroup("Everything else", [flood, signals, .completion(program: "sample")]),
        ])

    /// A group.
    static let belt = Command(
        "belt", summary: "Manage the belt", groups: [CommandGroup([add, list])])

    /// Options that two commands share.
    static let destination = [
        Option(
            "to", "t", value: "TOWN", help: "Where it goes.",
            values: .dynamic { _, _ in [Candidate("oslo", "the north"), Candidate("ost:ende"), Candidate("rome")] }),
        Option("stamp", value: "KEY=VALUE", help: "A stamp on the parcel.", repeatable: true, heading: "Stamps"),
    ]

    /// A command with all kinds of options.
    static let add = Command(
        "add", summary: "Put a parcel on the belt",
        examples: [
            Example("One that is urgent", "sample belt add --to oslo -p high books"),
            Example("Hand words on", "sample belt add books -- --fragile | cat"),
        ],
        options: destination + [
            Option(
                "priority", "p", value: "LEVEL", help: "How soon it goes.", default: "medium",
                environment: "SAMPLE_PRIORITY", values: .oneOf(["high", "medium", "low"])),
            Option("weight", "w", value: "GRAMS", help: "What it weighs.", environment: "SAMPLE_WEIGHT"),
            Option("into", value: "FOLDER", help: "Where the receipt goes.", values: .directories),
            Option(flag: "dry-run", "n", help: "Only say what would be done."),
            Option(flag: "secret-door", help: "For tests.", hidden: true),
        ],
        arguments: [
            Argument("parcel", help: "What it is."),
            Argument("more", help: "What else is in it.", required: false, repeatable: true),
        ],
        rest: Rest("NOTE", help: "Handed on as they are.")
    ) { arguments, terminal in
        let weight = try arguments.integer("weight", in: 1...5000)
        let stamps = try arguments.pairs("stamp").map { "\($0.key)->\($0.value)" }
        let fields = [
            "parcel=\(try arguments.required("parcel"))", "more=\(arguments.strings("more"))",
            "to=\(arguments.string("to") ?? "-")", "stamps=\(stamps)",
            "priority=\(arguments.string("priority") ?? "-")", "weight=\(weight.map(String.init) ?? "-")",
            "dry=\(arguments.flag("dry-run"))", "verbose=\(arguments.count("verbose"))",
            "json=\(arguments.flag("json"))", "config=\(arguments.string("config") ?? "-")",
            "rest=\(arguments.rest)",
        ]
        try terminal.out(fields.joined(separator: " "))
        return .ok
    }

    /// A command without options.
    static let list = Command("list", summary: "List the parcels") { _, terminal in
        var table = Table([Table.Column("TOWN"), Table.Column("GRAMS", .right)])
        table.add(["oslo", "1200"])
        try terminal.out(table)
        return .ok
    }

    /// A command that accepts any words.
    static let echo = Command(
        "echo", summary: "Say it again", arguments: [Argument("word", help: "What to say.", repeatable: true)]
    ) { arguments, terminal in
        try terminal.out(arguments.strings("word").joined(separator: " "))
        return .ok
    }

    /// Prints without end, until the reader closes the output.
    static let flood = Command("flood", summary: "Write lines without end", isHidden: true) { _, terminal in
        while true { try terminal.out("line") }
    }

    /// Prints one line per signal, and ends after the third.
    static let signals = Command("signals", summary: "Say which signals come", isHidden: true) { _, terminal in
        let interrupts = Interrupts()
        try terminal.out("listening")
        var count = 0
        for await event in interrupts.events {
            try terminal.out("\(event)")
            count += 1
            if count == 3 { interrupts.stop() }
        }
        try terminal.out("over")
        return .interrupted
    }
}
