internal import FoundationEssentials

/// The virtual processors, memory and GPUs of an instance type.
struct InstanceShape: Sendable, Hashable {
    /// Virtual processors.
    var cpus: Int
    /// Memory in GiB.
    var memoryGiB: Double
    /// NVIDIA GPUs only, without Trainium and Inferentia devices.
    var gpus: Int

    /// Memory in bytes.
    var memoryBytes: Int64 { Int64(memoryGiB * 1_073_741_824) }

    /// The shape of a type such as `ml.m5.large`; nil if the table does not have the type.
    init?(_ type: String) {
        let parts = type.split(separator: ".").map(String.init)
        guard parts.count == 3, parts[0] == "ml" else { return nil }
        let (family, size) = (parts[1], parts[2])
        if let known = Self.irregular["\(family).\(size)"] {
            (cpus, memoryGiB, gpus) = known
        } else if let perCPU = Self.memoryPerCPU[family], let cpus = Self.cpus(of: size) {
            self.cpus = cpus
            memoryGiB = Double(cpus) * perCPU
            gpus = Self.gpuFamilies.contains(family) ? Self.gpus(of: size) : 0
        } else {
            return nil
        }
    }

    /// 2 for `large`, 4 for `xlarge`, 4 times N for `Nxlarge`.
    private static func cpus(of size: String) -> Int? {
        switch size {
        case "large": return 2
        case "xlarge": return 4
        default:
            guard size.hasSuffix("xlarge"), let times = Int(size.dropLast("xlarge".count)), (2...96).contains(times)
            else { return nil }
            return 4 * times
        }
    }

    private static func gpus(of size: String) -> Int {
        switch size {
        case "12xlarge", "24xlarge": 4
        case "48xlarge": 8
        default: 1
        }
    }

    /// Whether a type has AWS's own accelerators, which no local engine offers.
    static func hasNeuronDevices(_ type: String) -> Bool {
        type.hasPrefix("ml.trn") || type.hasPrefix("ml.inf")
    }
}
