internal import LaunchPluginKit

/// The instances of a training job: `algo-1` to `algo-N`, in groups of one instance type each.
struct TrainingHosts: Sendable, Hashable {
    /// Instances of one type.
    struct Group: Sendable, Hashable {
        /// The name. The service calls the only group of a job without groups `homogeneousCluster`.
        var name: String
        /// The instance type, such as `ml.m5.large`.
        var type: String
        /// The names of its hosts, sorted.
        var hosts: [String]
    }

    /// The largest number of containers that one machine can rehearse.
    static let most = 100

    /// The groups, in the request's order.
    let groups: [Group]

    /// - Throws: `invalid` if the request asks for more instances than `most`.
    init(_ document: TrainingDocument) throws(BackendError) {
        var wanted: [(name: String, type: String, count: Int64)] = []
        let resources = document.resources
        for item in resources?["InstanceGroups"]?.arrayValue ?? [] {
            wanted.append(
                (
                    item["InstanceGroupName"]?.stringValue ?? "group-\(wanted.count + 1)",
                    item["InstanceType"]?.stringValue ?? "", item["InstanceCount"]?.integerValue ?? 1
                ))
        }
        if wanted.isEmpty {
            // The service tries the first preference first.
            let choice = resources?["InstancePreferences"]?.arrayValue?.first
            let type = resources?["InstanceType"]?.stringValue ?? choice?["InstanceType"]?.stringValue
            let count = choice?["InstanceCount"]?.integerValue ?? resources?["InstanceCount"]?.integerValue
            wanted = [("homogeneousCluster", type ?? "", count ?? 1)]
        }
        var groups: [Group] = []
        var number = 0
        for (name, type, count) in wanted {
            let count = max(1, count)
            guard count <= Self.most, number + Int(count) <= Self.most else {
                throw BackendError(
                    .invalid,
                    "The request asks for more than \(Self.most) instances, and a rehearsal runs a container on this "
                        + "machine for each.",
                    hint: "Lower InstanceCount for the rehearsal.")
            }
            let hosts = (number + 1...number + Int(count)).map { "algo-\($0)" }
            groups.append(Group(name: name, type: type, hosts: hosts.sorted()))
            number += Int(count)
        }
        self.groups = groups
    }

    /// All hosts as the service sorts them: as text, so `algo-10` comes before `algo-2`.
    var names: [String] { groups.flatMap(\.hosts).sorted() }

    /// The distinct instance types, in the groups' order.
    var types: [String] {
        groups.map(\.type).reduce(into: []) { if !$0.contains($1), !$1.isEmpty { $0.append($1) } }
    }

    /// The hosts of the named groups; nil for all.
    func names(in groups: [String]?) -> [String]? {
        guard let wanted = groups else { return nil }
        return self.groups.filter { wanted.contains($0.name) }.flatMap(\.hosts).sorted()
    }
}
