extension RehearsalPlan {
    /// Data that exists at a path of the hosts when they start.
    public struct Input: Sendable, Hashable, Codable {
        /// The name that people see: the channel's name.
        public var name: String
        /// The path in the container: the folder, or for a pipe the part before `_<epoch>`.
        public var path: String
        /// Where the data comes from.
        public var source: Source
        /// How the hosts get the data.
        public var delivery: Delivery
        /// The names of the hosts that get the input; nil means all.
        public var hosts: [String]?
        /// Whether each of these hosts gets a share of the files, every n-th one, instead of all files.
        public var isSharded: Bool
        /// Whether the files are gzip files that the hosts get decompressed, under names without `.gz`.
        public var isCompressed: Bool
        /// The seed for the order of the files. A pipe shuffles again before each epoch; one seed always gives the same
        /// orders. Nil keeps the order of the files.
        public var shuffleSeed: Int64?
        /// Whether a pipe carries RecordIO, one record for each file or attribute, instead of the concatenated bytes.
        public var isRecordIO: Bool
        /// Whether the job fails if the source has no files, as it does in the backend; nil means no.
        public var needsFiles: Bool?

        /// Where data comes from.
        public enum Source: Sendable, Hashable, Codable {
            /// No data: an empty folder.
            case none
            /// The absolute path of a file, or of a folder with everything below it, on this machine. The program only
            /// reads it. A file counts as a folder that contains only this file. Hosts see files with mode 0644 and
            /// folders with 0755, as if they were objects.
            case folder(String)
            /// All objects whose URI begins with this one. If it is a folder of all these objects, each file gets the
            /// rest of its key as its path. If it is the beginning of names (`train` of `train.csv` and `train/a.csv`),
            /// files keep the whole names. Objects that represent folders (keys that end in `/`) are skipped. An object
            /// whose key equals the prefix gets the last part of its key.
            case objects(String)
            /// The URI or absolute path of a manifest: a JSON array whose first item is `{"prefix": URI}`; the other
            /// items are the rest of each key, after the prefix. The manifest itself is placed at the input's path
            /// followed by `-manifest`.
            case manifest(String)
            /// The URI or absolute path of a file with one JSON object per line. Each line gives one record for each of
            /// these attributes. For an attribute whose name ends in `-ref`, the record is the content of the object
            /// that it names.
            case augmentedManifest(String, attributes: [String])
        }

        /// How hosts get the data of an input.
        public enum Delivery: String, Sendable, Hashable, Codable {
            /// A copy for each host, which the host may change.
            case copy
            /// A folder that they can only read.
            case readOnly
            /// A pipe `<path>_<epoch>` into which all files are written, one after another. Epochs count from 0. The
            /// next pipe appears when the current one is read to its end or closed. Augmented manifests require this
            /// mode.
            case pipe
        }

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

    /// A folder of every host that is synchronized with an external location.
    ///
    /// Before the start, the content of the location is copied into the folder. While the hosts run, and once more
    /// after their end, files that are new, changed or deleted in the folder are uploaded or deleted at the location.
    /// Changes that others make at the location are not downloaded. All hosts share the location: if two write the same
    /// name, the later write wins. Only files are kept, no links.
    public struct SyncedFolder: Sendable, Hashable, Codable {
        /// The path in the container.
        public var path: String
        /// The external location: the URI of a prefix, used as a folder, or an absolute path of this machine, which is
        /// created if it does not exist. Nil means a temporary location that exists as long as the job, for a drill.
        public var place: String?

        public init(path: String, place: String?) {
            self.path = path
            self.place = place
        }
    }

    /// Something to keep after the hosts have ended.
    public struct Result: Sendable, Hashable, Codable {
        /// The name of the archive, such as `model.tar.gz`; without `isPacked`, the name of the folder.
        public var name: String
        /// The folder of the containers whose content becomes the root of the archive. The folders of several hosts are
        /// merged; if two hosts wrote the same name, the file of the later host is kept, with a note.
        public var path: String
        /// Whether the content is packed into one gzipped tar file; otherwise the files are stored in a folder of this
        /// name.
        public var isPacked: Bool
        /// The destination: the URI of a prefix, or an absolute folder of this machine, in which only files of this job
        /// are replaced. Nil stores the result with the run's own outputs.
        public var destination: String?
        /// Whether the result is also kept if the job failed.
        public var isKeptOnFailure: Bool
        /// Whether the result is also made if the folder is empty or missing.
        public var isKeptWhenEmpty: Bool

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
