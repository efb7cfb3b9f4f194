# shellcheck shell=bash
# Reads fields of a JSON document on standard input with python3, which other scripts need too.

# json_field PATH: prints the value at a path such as image.reference. Without a value it prints nothing and returns 1.
json_field() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value.get(key) if isinstance(value, dict) else None
if value is None:
    sys.exit(1)
print(value if isinstance(value, str) else json.dumps(value))
' "$1"
}

# json_paths: prints every outputs[].path, one per line.
json_paths() {
    python3 -c '
import json, sys
for output in json.load(sys.stdin).get("outputs") or []:
    print(output["path"])
'
}
