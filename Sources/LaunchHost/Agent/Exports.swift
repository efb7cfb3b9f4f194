@_exported public import SourceSnapshots
@_exported public import LaunchRehearsal
