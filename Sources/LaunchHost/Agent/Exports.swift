@_exported public import LaunchBlobs
@_exported public import LaunchRehearsal
@_exported public import LaunchSnapshots
