"""In place of cloud-init on the instance of scripts/check-guide: writes the files of the user data, then executes its
commands. ruamel.yaml comes with AWS's command line."""

import base64
import os
import subprocess
import sys

from ruamel.yaml import YAML

with open(sys.argv[1]) as file:
    assert file.readline() == "#cloud-config\n"
    data = YAML(typ="safe").load(file)
assert set(data) == {"package_update", "packages", "write_files", "runcmd"}, list(data)
subprocess.run(["apt-get", "-qq", "-y", "install", "--no-install-recommends", *data["packages"]], check=True)
for entry in data["write_files"]:
    assert entry["encoding"] == "b64"
    os.makedirs(os.path.dirname(entry["path"]), exist_ok=True)
    with open(entry["path"], "wb") as file:
        file.write(base64.b64decode(entry["content"], validate=True))
    os.chmod(entry["path"], int(entry["permissions"], 8))
for command in data["runcmd"]:
    subprocess.run(["sh", "-c", command], check=True)
