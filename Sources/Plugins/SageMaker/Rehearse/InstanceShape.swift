internal import FoundationEssentials

/// What an instance of a type has: processors, memory and GPUs.
struct InstanceShape: Sendable, Hashable {
    /// Virtual processors.
    var cpus: Int
    /// Memory in GiB.
    var memoryGiB: Double
    /// NVIDIA GPUs; Trainium and Inferentia devices are none.
    var gpus: Int

    /// Memory in bytes.
    var memoryBytes: Int64 { Int64(memoryGiB * 1_073_741_824) }

    /// The shape of `ml.m5.large`; nil for a type that the table does not have.
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

    /// 2 of `large`, 4 of `xlarge`, 4 times N of `Nxlarge`.
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

    /// Whether a type has AWS's own accelerators, which no engine here offers.
    static func hasNeuronDevices(_ type: String) -> Bool {
        type.hasPrefix("ml.trn") || type.hasPrefix("ml.inf")
    }
}
