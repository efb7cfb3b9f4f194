@_exported public import LaunchRehearsal
@_exported public import LaunchSnapshots
