internal import LaunchPluginKit

/// Processors, memory and GPUs of a job, and the combinations that Fargate has.
struct ContainerResources {
    /// By type: VCPU, MEMORY, GPU.
    private(set) var values: [String: Double] = [:]
    private(set) var findings: [Finding] = []

    private static let types = ["VCPU", "MEMORY", "GPU"]

    /// Reads `resourceRequirements`.
    init(_ list: JSONValue?, at path: FieldPath, platform: String) {
        for item in list?.arrayValue ?? [] {
            let type = item["type"]?.stringValue ?? ""
            let text = item["value"]?.stringValue ?? ""
            let place = path.appending(type)
            guard Self.types.contains(type) else {
                findings.append(
                    Finding(
                        .error, at: place, "\(Wording.quoted(type)) is not a resource of Batch",
                        hint: "Write \(Wording.either(Self.types)), in capital letters.", isAboutName: true))
                continue
            }
            guard let number = Double(text), number.isFinite, number > 0,
                type == "VCPU" || number == number.rounded()
            else {
                findings.append(
                    Finding(
                        .error, at: place,
                        "it must be a \(type == "VCPU" ? "number" : "whole number") above 0, not \(Wording.quoted(text))"
                    ))
                continue
            }
            values[type] = number
        }
        findings += platform == "FARGATE" ? fargate(path) : ec2(path)
    }

    private func ec2(_ path: FieldPath) -> [Finding] {
        var found: [Finding] = []
        if let vcpu = values["VCPU"], vcpu != vcpu.rounded() {
            found.append(
                Finding(
                    .error, at: path.appending("VCPU"), "on EC2 it must be a whole number of processors, not \(vcpu)"))
        }
        if let memory = values["MEMORY"], memory < 4 {
            found.append(
                Finding(.error, at: path.appending("MEMORY"), "it must be 4 MiB or more, not \(Int64(memory))"))
        }
        return found
    }

    /// MiB of memory by processors (`ResourceRequirement`, value): from, to, step.
    private static let fargateSizes: [(vcpu: Double, memory: [ClosedRange<Double>], step: Double)] = [
        (0.25, [512...512, 1024...1024, 2048...2048], 512), (0.5, [1024...4096], 1024), (1, [2048...8192], 1024),
        (2, [4096...16_384], 1024), (4, [8192...30_720], 1024), (8, [16_384...61_440], 4096),
        (16, [32_768...122_880], 8192),
    ]

    private func fargate(_ path: FieldPath) -> [Finding] {
        var found: [Finding] = []
        if values["GPU"] != nil {
            found.append(
                Finding(.error, at: path.appending("GPU"), "Fargate has no GPUs", hint: "Write platform: EC2."))
        }
        guard let vcpu = values["VCPU"] else { return found }
        guard let size = Self.fargateSizes.first(where: { $0.vcpu == vcpu }) else {
            let sizes = Self.fargateSizes.map { Self.text($0.vcpu) }
            found.append(
                Finding(
                    .error, at: path.appending("VCPU"),
                    "Fargate has \(Wording.either(sizes)) processors, not \(Self.text(vcpu))"))
            return found
        }
        guard let memory = values["MEMORY"] else { return found }
        let fits = size.memory.contains { range in
            range.contains(memory) && (memory - range.lowerBound).truncatingRemainder(dividingBy: size.step) == 0
        }
        if !fits, let first = size.memory.first, let last = size.memory.last {
            let step = size.memory.count == 1 ? ", in steps of \(Self.text(size.step))" : ""
            found.append(
                Finding(
                    .error, at: path.appending("MEMORY"),
                    "with \(Self.text(vcpu)) processors Fargate has \(Self.text(first.lowerBound)) to "
                        + "\(Self.text(last.upperBound)) MiB\(step), not \(Self.text(memory))"))
        }
        return found
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() ? "\(Int64(saturating: number))" : "\(number)"
    }
}
