# bash completion for gitops: source <(gitops completion bash)
_gitops() {
  local current previous word command="" position=0 index
  current="${COMP_WORDS[COMP_CWORD]}"
  previous="${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="${COMP_WORDS[index]}"
    case "$word" in
      --namespace|-n|--context|--cluster|--user|--kubeconfig|--server|-s|--token|--as|--as-group|--certificate-authority|--tls-server-name|--request-timeout|--expect-cluster|--color|--repo|--ref|--path|--git-token-file|--allow-remote|--helm-command|--helm-release|--helm-values|--helm-kube-version|--helm-api-versions|--confirm-prune|--load-restrictor|--max-file-size|--max-build-size|--max-documents|--max-depth|--max-nodes|--max-bases|--build-timeout|--timeout|--output|-o|--filename|-f|--contexts|--selector|-l|--status|--types|--tail|--since|--container|-c|--why|--reason|--until|--branch-only|--url|--branch|--tag|--semver|--commit|--ref-name|--secret-ref|--ignore-paths|--source|--target-namespace|--depends-on|--health-check|--service-account|--kube-config-secret|--interval|--retry-interval|--reconcile-timeout|--label|--from|--cluster-role|--crds) index=$((index + 1)) ;;
      -*) ;;
      *) if [[ -z "$command" ]]; then command="$word"; else position=$((position + 1)); fi ;;
    esac
  done
  case "$previous" in
    --namespace) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    -n) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --context) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --cluster) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --user) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --server) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    -s) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --token) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --as) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --as-group) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --tls-server-name) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --request-timeout) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --expect-cluster) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    --repo) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --ref) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --path) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --allow-remote) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --helm-command) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --helm-release) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --helm-values) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --helm-kube-version) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --helm-api-versions) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --confirm-prune) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --load-restrictor) COMPREPLY=($(compgen -W "LoadRestrictionsRootOnly LoadRestrictionsNone" -- "$current")); return ;;
    --max-file-size) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --max-build-size) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --max-documents) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --max-depth) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --max-nodes) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --max-bases) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --build-timeout) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --timeout) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --output) COMPREPLY=($(compgen -W "json yaml wide name jsonpath= custom-columns=" -- "$current")); return ;;
    -o) COMPREPLY=($(compgen -W "json yaml wide name jsonpath= custom-columns=" -- "$current")); return ;;
    --filename) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    -f) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --contexts) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --selector) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    -l) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --status) COMPREPLY=($(compgen -W "ready failed progressing suspended unknown synced outofsync" -- "$current")); return ;;
    --types) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --tail) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --since) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --container) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    -c) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --why) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --reason) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --until) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --branch-only) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --url) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --branch) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --tag) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --semver) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --commit) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --ref-name) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --secret-ref) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --ignore-paths) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --source) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --target-namespace) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --depends-on) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --health-check) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --service-account) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --kube-config-secret) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --interval) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --retry-interval) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --reconcile-timeout) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --label) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --from) COMPREPLY=($(compgen -W "flux argocd helm kubectl" -- "$current")); return ;;
    --cluster-role) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    --crds) COMPREPLY=($(compgen -W "" -- "$current")); return ;;
  esac
  case "$command" in
    "")
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help --version" -- "$current"))
      else COMPREPLY=($(compgen -W "sync diff get tree trace events logs doctor history export build reconcile suspend resume rollback create delete adopt release cluster install completion version help" -- "$current")); fi ;;
    sync)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--repo --ref --path --git-token-file --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions --prune --force --no-force-conflicts --no-preflight --create-namespace --allow-empty --allow-mass-prune --confirm-prune --load-restrictor --strict --max-file-size --max-build-size --max-documents --max-depth --max-nodes --max-bases --build-timeout --no-wait --timeout -y --yes --dry-run -o --output -f --filename --takeover --no-cross-namespace-refs --no-strict-substitute -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        1) COMPREPLY=($(compgen -d -- "$current")) ;;
      esac
      fi ;;
    diff)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--repo --ref --path --git-token-file --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions --no-prune --force --no-force-conflicts --no-preflight --create-namespace --allow-empty --allow-mass-prune --confirm-prune --load-restrictor --strict --max-file-size --max-build-size --max-documents --max-depth --max-nodes --max-bases --build-timeout --plan -o --output --timeout --contexts -f --filename --no-cross-namespace-refs --no-strict-substitute -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        1) COMPREPLY=($(compgen -d -- "$current")) ;;
      esac
      fi ;;
    get)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-A --all-namespaces -l --selector --status -o --output --contexts -w --watch --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions --no-headers -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    tree)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--compact -o --output --no-headers -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    trace)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    events)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--types -w --watch -o --output --no-headers -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    logs)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--tail --since -f --follow -c --container -p --previous --no-prefix -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    doctor)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    history)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output --no-headers -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    export)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-A --all-namespaces -l --selector -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    build)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--repo --ref --path --git-token-file --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions --load-restrictor --strict --max-file-size --max-build-size --max-documents --max-depth --max-nodes --max-bases --build-timeout --why -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        0) COMPREPLY=($(compgen -d -- "$current")) ;;
      esac
      fi ;;
    reconcile)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--with-source --all -l --selector -A --all-namespaces --no-wait --timeout -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    suspend)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--reason --until --all -l --selector -A --all-namespaces -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    resume)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--all -l --selector -A --all-namespaces --no-wait --timeout -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    rollback)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--allow-others --branch-only --git-token-file --no-wait --timeout -y --yes --dry-run -o --output --prune --force --no-force-conflicts --no-preflight --create-namespace --allow-empty --allow-mass-prune --confirm-prune --no-cross-namespace-refs --no-strict-substitute --load-restrictor --strict --max-file-size --max-build-size --max-documents --max-depth --max-nodes --max-bases --build-timeout --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    create)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--url --branch --tag --semver --commit --ref-name --secret-ref --ignore-paths --recurse-submodules --source --path --prune --target-namespace --wait --depends-on --health-check --service-account --kube-config-secret --interval --retry-interval --reconcile-timeout --label --export --timeout -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        0) COMPREPLY=($(compgen -W "source kustomization ks" -- "$current")) ;;
      esac
      fi ;;
    delete)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--keep --allow-mass-prune --confirm-prune --no-wait --timeout -y --yes --dry-run -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    adopt)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--from --repo --ref --path --git-token-file --allow-remote --enable-helm --helm-command --helm-release --helm-values --helm-kube-version --helm-api-versions --prune --force --no-force-conflicts --no-preflight --create-namespace --allow-empty --allow-mass-prune --confirm-prune --load-restrictor --strict --max-file-size --max-build-size --max-documents --max-depth --max-nodes --max-bases --build-timeout --no-wait --timeout -y --yes --dry-run -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        1) COMPREPLY=($(compgen -d -- "$current")) ;;
      esac
      fi ;;
    release)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-y --yes -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    cluster)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--from --service-account --cluster-role -A --all-namespaces -y --yes -o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        0) COMPREPLY=($(compgen -W "add list remove" -- "$current")) ;;
      esac
      fi ;;
    install)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--crds-only --crds --dry-run -o --output --timeout -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    completion)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        0) COMPREPLY=($(compgen -W "bash zsh fish powershell" -- "$current")) ;;
      esac
      fi ;;
    version)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      fi ;;
    help)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --certificate-authority --insecure-skip-tls-verify --tls-server-name --request-timeout --expect-cluster -v --verbose -q --quiet --color -h --help" -- "$current"))
      else case "$position" in
        0) COMPREPLY=($(compgen -W "exit-codes sync diff get tree trace events logs doctor history export build reconcile suspend resume rollback create delete adopt release cluster install completion version help" -- "$current")) ;;
      esac
      fi ;;
  esac
}
complete -o default -F _gitops gitops
