extension ContainerJob.Surroundings {
    /// Data that hosts find at a path when they start.
    public struct Input: Sendable, Hashable, Codable {
        /// The name for people: the channel's.
        public var name: String
        /// Where in the container: the folder, or for a pipe the path before `_<epoch>`.
        public var path: String
        /// Where it comes from.
        public var source: Source
        /// How the hosts get at it.
        public var delivery: Delivery
        /// The hosts that get it, by name; nil is all.
        public var hosts: [String]?
        /// Whether each of these hosts gets its share of the files, every n-th, instead of all.
        public var isSharded: Bool
        /// Whether the files are gzip and are handed on unpacked, under names without `.gz`.
        public var isCompressed: Bool
        /// Shuffles the files, for a pipe anew before each epoch, always the same way for one seed; nil keeps their order.
        public var shuffleSeed: Int64?
        /// Whether a pipe carries RecordIO, one record a file or attribute, instead of bare bytes one after another.
        public var isRecordIO: Bool
        /// Whether the job fails where there is no file, as it does at the backend; nil is no.
        public var needsFiles: Bool?

        /// Where data comes from.
        public enum Source: Sendable, Hashable, Codable {
            /// Nothing: an empty folder.
            case none
            /// A file or a folder of this machine with all below it, by absolute path; it is only read. A file counts as
            /// a folder with it alone. Hosts see files with mode 0644 and folders with 0755, as if they were objects.
            case folder(String)
            /// All objects whose URI begins with this one. Where it is a folder of all of them, files get the rest of their
            /// key as their path. Where it is the beginning of names, `train` of `train.csv` and `train/a.csv`, files keep
            /// the whole names. Objects that stand for folders (keys that end in `/`) are left out. One whose key is the
            /// prefix gets its last part.
            case objects(String)
            /// A manifest's URI or absolute path: a JSON array whose first item is `{"prefix": URI}`, the others what
            /// comes behind the prefix. The manifest itself is placed at the input's path with `-manifest` behind it.
            case manifest(String)
            /// The URI or absolute path of a file with a JSON object a line: each line gives a record for each of these
            /// attributes, and for one whose name ends in `-ref` the content of the object that it names.
            case augmentedManifest(String, attributes: [String])
        }

        /// How hosts get at data.
        public enum Delivery: String, Sendable, Hashable, Codable {
            /// A copy of their own, which they may change.
            case copy
            /// A folder that they can only read.
            case readOnly
            /// A pipe `<path>_<epoch>` that all files are written into, one after another; the next one, from 0, is there
            /// when the one before is read to its end or closed. Augmented manifests can only be had so.
            case pipe
        }

        /// An input from its parts.
        public init(
            name: String, path: String, source: Source, delivery: Delivery = .copy, hosts: [String]? = nil,
            isSharded: Bool = false, isCompressed: Bool = false, shuffleSeed: Int64? = nil, isRecordIO: Bool = false,
            needsFiles: Bool? = nil
        ) {
            self.name = name
            self.path = path
            self.source = source
            self.delivery = delivery
            self.hosts = hosts
            self.isSharded = isSharded
            self.isCompressed = isCompressed
            self.shuffleSeed = shuffleSeed
            self.isRecordIO = isRecordIO
            self.needsFiles = needsFiles
        }
    }

    /// A folder of every host that is kept the same as a place outside.
    ///
    /// Before the start the place's content is put into the folder. While the hosts run, and once more when they have
    /// ended, what is new, changed or deleted in the folder becomes so at the place; what comes to the place from elsewhere
    /// is not looked for. Hosts share the place: of two that write one name, the later wins. Only files are kept, no links.
    public struct SyncedFolder: Sendable, Hashable, Codable {
        /// Where in the container.
        public var path: String
        /// The place: the URI of a prefix that is taken as a folder, or an absolute path of this machine, which is made
        /// where it does not exist; nil is a place that lives as long as the job, for a drill.
        public var place: String?

        /// A synced folder from its parts.
        public init(path: String, place: String?) {
            self.path = path
            self.place = place
        }
    }

    /// Something that is kept of ended hosts.
    public struct Result: Sendable, Hashable, Codable {
        /// The archive's name, `model.tar.gz`; without `isPacked` the folder's.
        public var name: String
        /// The folder of the containers whose content stands at the archive's root. Those of several hosts are merged; of
        /// two files with one name the later host's is kept, with a note.
        public var path: String
        /// Whether it becomes one gzipped tar file; else the files stand under the name as they are.
        public var isPacked: Bool
        /// Where it is put: the URI of a prefix, or an absolute folder of this machine, in which nothing is replaced that
        /// is not this job's; nil is with the run's own outputs.
        public var destination: String?
        /// Whether it is kept of a job that failed, too.
        public var isKeptOnFailure: Bool
        /// Whether it is made where the folder is empty or missing, too.
        public var isKeptWhenEmpty: Bool

        /// A result from its parts.
        public init(
            name: String, path: String, isPacked: Bool = true, destination: String? = nil,
            isKeptOnFailure: Bool = false, isKeptWhenEmpty: Bool = false
        ) {
            self.name = name
            self.path = path
            self.isPacked = isPacked
            self.destination = destination
            self.isKeptOnFailure = isKeptOnFailure
            self.isKeptWhenEmpty = isKeptWhenEmpty
        }
    }
}
