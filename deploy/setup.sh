#!/bin/sh
# Prepares everything in this clone: Python packages in .venv, the console, Asterisk.
# Usage: deploy/setup.sh run | test | check | compile
#   run    what `make run` needs
#   test   the same, the tools of the tests, and their real counterparts (SIPp, Chromium, PostgreSQL, ...)
#   check  the tools for the quick checks only: no Asterisk, no console
#   compile  the router's core compiled, on top of `run` (`test` has it)
# Each finished step leaves a stamp, so that a second run takes less than a second.
set -eu
cd "$(dirname "$0")/.."
level=${1:-run}
log=.trunkline/setup.log
mkdir -p .trunkline

say() { printf 'trunkline setup: %s\n' "$*"; }
die() { say "failed: $*" >&2; exit 1; }

# Two set-ups of one clone at once wait for each other.
exec 9>.trunkline/setup.lock
command -v flock >/dev/null 2>&1 && flock 9

# -- system packages --------------------------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then echo "env"
    elif sudo -n true 2>/dev/null; then echo "sudo -n env"
    fi
}

# Debian asks this program whether a package may start its daemon; one that is there already is left alone.
policy=/usr/sbin/policy-rc.d
forbid_daemons() {
    [ ! -e $policy ] || return 0
    trap allow_daemons EXIT
    trap 'exit 130' INT TERM
    $root sh -c "printf '#!/bin/sh\nexit 101 # trunkline set-up\n' >$policy && chmod 755 $policy"
}
allow_daemons() {
    if grep -qs 'trunkline set-up' $policy; then $root rm -f $policy; fi
    trap - EXIT INT TERM
}

# Installs packages without letting any of them start a daemon; an ordinary user is told the line to type.
install_packages() {
    command -v apt-get >/dev/null 2>&1 ||
        die "this machine has no apt-get, so please install what corresponds to Debian's packages: $*."
    root=$(as_root)
    [ -n "$root" ] || die "some system packages are missing, so please run: sudo apt-get install -y --no-install-recommends $*"
    say "installing system packages: $*"
    forbid_daemons
    $root apt-get -q update >"$log" 2>&1 || { tail -n 5 "$log" >&2; die "apt-get update did not work; its last lines are above."; }
    case " $* " in *" postfix "*)
        # Only its program smtp-source is used: no configuration, no daemon.
        echo 'postfix postfix/main_mailer_type select No configuration' | $root debconf-set-selections ;;
    esac
    $root DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "$@" >"$log" 2>&1 ||
        { tail -n 5 "$log" >&2; die "apt-get install did not work; its last lines are above."; }
    allow_daemons
}

# -- Python -----------------------------------------------------------------------------------------------------------

usable_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
}

venv_works() {
    .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

prepare_venv() {
    venv_works && return
    python=$(usable_python)
    if [ -z "$python" ]; then
        install_packages python3 python3-venv ca-certificates
        python=$(usable_python)
    fi
    [ -n "$python" ] || die "Trunkline needs Python 3.11 or newer with venv, so please install one and set PYTHON to its path."
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >"$log" 2>&1 || { tail -n 5 "$log" >&2; die "$python -m venv did not work; its last lines are above."; }
}

pip_install() { .venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet "$@" >"$log" 2>&1; }

# The stamp is what it stands for, so that it needs no tool; the path is in it because programs in .venv name it.
state() { pwd; cat requirements/*.txt pyproject.toml; }
stamped() { state | cmp -s - ".venv/.trunkline-$1"; }
stamp() { state >".venv/.trunkline-$1"; }

prepare_python() {
    prepare_venv
    wanted=dev
    case $level in run | compile) wanted=run ;; esac
    stamped dev && return
    [ "$wanted" = run ] && stamped run && return
    started=$(date +%s)
    count=$(grep -hc '==' requirements/$wanted.txt)
    say "installing $count Python packages"
    # dev.txt is a superset of the other two.
    if [ "$wanted" = run ]; then set -- -r requirements/run.txt -r requirements/console.txt; else set -- -r requirements/dev.txt; fi
    pip_install --require-hashes "$@" ||
        { tail -n 8 "$log" >&2; die "pip could not install the Python packages, please check the network; its last lines are above."; }
    pip_install --no-deps --no-build-isolation -e . ||
        { grep -E '(Error|error):' "$log" >&2 || tail -n 8 "$log" >&2; die "this clone could not be installed into .venv, see $log."; }
    [ -x .venv/bin/trunkline ] || die "pip did not write .venv/bin/trunkline, so please delete .venv and try again."
    stamp $wanted
    say "Python packages installed in $(($(date +%s) - started)) s"
}

# -- the router's core, compiled --------------------------------------------------------------------------------------

has_headers() { .venv/bin/python -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'; }

prepare_compiler() {
    lacking=
    need gcc gcc
    need libc6-dev /usr/include/stdio.h
    has_headers || lacking="$lacking $(.venv/bin/python -c 'import sys; print("python%d.%d-dev" % sys.version_info[:2])')"
    # shellcheck disable=SC2086 # a list of words
    [ -z "$lacking" ] || install_packages $lacking
    if stamped dev || stamped compile; then return; fi
    pip_install --require-hashes -r requirements/compile.txt ||
        { tail -n 8 "$log" >&2; die "pip could not install the compiler of the router, please check the network; its last lines are above."; }
    stamp compile
}

# -- what the tests need ----------------------------------------------------------------------------------------------

lacking=
need() { # need PACKAGE PROGRAM...: the package is lacking unless one of the programs is there
    package=$1
    shift
    for program in "$@"; do
        for path in $(printf '%s' "$PATH:/usr/sbin:/usr/local/sbin" | tr ':' ' '); do
            [ -x "$path/$program" ] && return
        done
        for path in $program; do [ -e "$path" ] && return; done
    done
    lacking="$lacking $package"
}

prepare_counterparts() {
    need sip-tester sipp
    need redis-server redis-server
    need postgresql '/usr/lib/postgresql/*/bin/initdb'
    need postfix smtp-source
    need dovecot-imapd dovecot
    need fonts-noto-cjk '/usr/share/fonts/opentype/noto/NotoSansCJK-*' '/usr/share/fonts/*/*CJK*' '/usr/share/fonts/*/*/*CJK*'
    # Ubuntu's package only installs a snap: deploy/chromium.py fetches Debian's, which needs the fonts' configuration.
    if grep -qs '^ID=ubuntu' /etc/os-release; then need fontconfig fc-list; else need chromium chromium; fi
    # shellcheck disable=SC2086 # a list of words
    [ -z "$lacking" ] || install_packages $lacking
}

case $level in
    run) prepare_python; .venv/bin/python deploy/build_console.py; .venv/bin/python deploy/asterisk.py ;;
    test) prepare_counterparts; prepare_python; prepare_compiler; .venv/bin/python deploy/compile_core.py
          .venv/bin/python deploy/build_console.py
          .venv/bin/python deploy/chromium.py; .venv/bin/python deploy/asterisk.py ;;
    check) prepare_python ;;
    compile) prepare_python; prepare_compiler; .venv/bin/python deploy/compile_core.py ;;
    *) die "deploy/setup.sh knows run, test, check and compile, not $level." ;;
esac
