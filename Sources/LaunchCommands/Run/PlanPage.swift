internal import LaunchConsole
internal import LaunchHost

/// A plan as text: its findings, and if it is valid, the request, the cost and the permissions.
struct PlanPage {
    private let plan: Plan
    private let document: Document?
    private let origins: Origins
    private let submitted: SubmittedValues
    private let terminal: Terminal

    /// A page of a plan, with the origins of its job's values, and with the positions of the submitter's in files.
    init(
        _ plan: Plan, origins: Origins, document: Document?, submitted: SubmittedValues, _ terminal: Terminal
    ) {
        self.plan = plan
        self.origins = origins
        self.document = document
        self.submitted = submitted
        self.terminal = terminal
    }

    func show() throws {
        try line("image", Styled(plan.image.summary))
        if let image = plan.image.image, image.exists { try line("", Styled(image.reference)) }
        try showCode()
        // If the plan is invalid, only the findings matter.
        if plan.isValid {
            let isRehearsed = plan.request.rehearsal != nil
            try line("request", "for \(plan.request.runner)\(isRehearsed ? ", to be rehearsed here" : "")")
            for text in try JSON.pretty(plan.request.document).split(separator: "\n") {
                try terminal.out("  \(text)")
            }
            try showCost()
            try showPermissions()
        }
        try showFindings()
    }

    private func showCode() throws {
        guard let channel = plan.job.source.channel else { return }
        guard let code = plan.code, let digest = code.digest else {
            return try line("code", "\(plan.job.source.origin), fetched when the run starts")
        }
        let size = "\(Wording.count(code.files, "file")), \(Format.bytes(code.bytes))"
        try line("code", "\(plan.job.source.origin): \(size), as input channel '\(CodeChannel.name)'")
        try line("", Styled("sha256 \(digest)"))
        try line("", "each start reads all files once more, to check them with sha256sum")
        if channel.installsRequirements == true {
            try line("", Styled("requirements.txt is installed at each start, in the billed time of the job"))
        }
    }

    private func showCost() throws {
        guard let cost = plan.cost else { return }
        guard let maximum = cost.maximum else { return try line("cost", Styled(cost.basis)) }
        try line("cost", "at most \(Format.amount(maximum)) \(cost.currency): \(cost.basis)")
    }

    private func showPermissions() throws {
        for (holder, title) in [(Permission.Holder.agent, "agent may"), (.job, "job may")] {
            for (index, permission) in plan.permissions.filter({ $0.holder == holder }).enumerated() {
                let actions = permission.actions.joined(separator: ", ")
                try line(index == 0 ? title : "", "\(permission.reason): \(Styled(actions, .dim))")
            }
        }
    }

    private func showFindings() throws {
        let diagnostics = plan.diagnostics(in: document, origins: origins, submitted: submitted)
        guard !diagnostics.isEmpty else { return try line("findings", Styled("none", .green)) }
        try line("findings", Styled(DiagnosticRenderer.summary(diagnostics)))
        for diagnostic in DiagnosticRenderer.sorted(diagnostics) {
            try terminal.out(Styled(diagnostic))
        }
    }

    private func line(_ name: String, _ value: Styled) throws {
        try terminal.out("\(Styled(name.padding(to: 10), .bold))\(value)")
    }
}
