#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dev_test.sh -- what ./dev does about missing packages and wrong words, with the system played by
# stubs: nothing is installed or built.
#
# Use         tests/dev_test.sh [BUILD]; BUILD is not used, every test gets it.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0
bin=$copy/bin
mkdir "$bin" "$copy/tree"
cp "$root/dev" "$copy/tree/"
cp -R "$root/tools" "$copy/tree/"
mkdir -p "$copy/tree/src" "$copy/tree/build/release"

# Only these are found: real tools, and stubs that write down how they were called.
for tool in sh cat sed grep tr dirname mkdir rm ls env head find awk sort xargs nproc true wc; do
    for folder in /bin /usr/bin; do
        [ -x "$folder/$tool" ] && ln -sf "$folder/$tool" "$bin/$tool"
    done
done

stub() { # stub NAME CODE: a command that runs CODE after writing its words into $copy/calls
    printf '#!/bin/sh\necho "%s $*" >>%s/calls\n%s\n' "$1" "$copy" "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

run_dev() { # run_dev WORD...: output, status and calls in $copy
    : >"$copy/calls"
    PATH=$bin "$copy/tree/dev" "$@" >"$copy/output" 2>&1 </dev/null
    echo $? >"$copy/status"
}

wrong() {
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/    /' "$copy/output" "$copy/calls"
    failures=$((failures + 1))
}

expect_status() { # expect_status NAME STATUS
    [ "$(cat "$copy/status")" = "$2" ] || wrong "$1" "status $(cat "$copy/status"), want $2"
}

expect_output() { # expect_output NAME LINE: exactly this line was printed
    grep -qxF -- "$2" "$copy/output" || wrong "$1" "not printed: $2"
}

expect_calls() { # expect_calls NAME PATTERN: the calls, on one line, match
    tr '\n' ';' <"$copy/calls" | grep -qE -- "$2" || wrong "$1" "not called so: $2"
}

# installed LACKING...: dpkg-query knows every package but these.
installed() {
    lacking=" $* "
    stub dpkg-query "for last; do :; done
case '$lacking' in *\" \$last \"*) exit 1 ;; esac
echo installed"
    # The question is asked for every package: not worth writing down.
    sed -i '2d' "$bin/dpkg-query"
}

install_line='apt-get install --no-install-recommends -y'

nothing_missing() {
    installed
    run_dev build
    expect_status 'nothing missing' 0
    expect_calls 'nothing missing' '^cmake --preset release;ninja -C build/release'
    grep -qE 'apt-get|sudo' "$copy/calls" && wrong 'nothing missing' 'something was installed'
    installed pkgconf libcurl4-openssl-dev
    run_dev build
    expect_calls 'an alternative will do' '^cmake '
}

as_root() {
    installed libzstd-dev libcmocka-dev clang-14
    stub id 'echo 0'
    run_dev build
    expect_calls 'root' "^id -u;apt-get .*update;apt-get .*install .*-y libzstd-dev;cmake"
    run_dev test
    expect_calls 'root, tests' "update;apt-get .*install .*-y libzstd-dev libcmocka-dev;cmake"
    run_dev run
    grep -q cmocka "$copy/calls" && wrong 'run' 'it installs what only tests need'
    stub apt-get 'case $* in *update*) exit 100 ;; esac'
    run_dev build
    expect_status 'no update' 0
    expect_calls 'no update, but install goes on' 'update;apt-get .*install'
    stub apt-get 'exit 100'
    run_dev build
    expect_status 'no install' 1
    expect_output 'no install' "$install_line libzstd-dev"
    stub apt-get 'echo "$DEBIAN_FRONTEND" >>'"$copy/calls"
    run_dev build
    expect_calls 'nothing is asked' 'noninteractive'
}

as_user() {
    installed libzstd-dev libcmocka-dev
    stub id 'echo 1000'
    run_dev test
    expect_status 'no sudo' 1
    expect_output 'no sudo' "$install_line libzstd-dev libcmocka-dev"
    stub sudo 'exit 1'
    run_dev run --for 15
    expect_status 'sudo wants a password' 1
    expect_output 'sudo wants a password' "$install_line libzstd-dev"
    grep -q cmake "$copy/calls" && wrong 'sudo wants a password' 'it went on'
    stub sudo '[ "$1" = -n ] || exit 1
shift
exec "$@"'
    run_dev build
    expect_status 'sudo' 0
    expect_calls 'sudo' 'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get .*install.* libzstd-dev'
    rm "$bin/sudo"
}

elsewhere() {
    rm "$bin/dpkg-query"
    run_dev build
    expect_status 'no Debian, all there' 0
    stub pkg-config 'case $2 in jansson | libzstd) exit 1 ;; esac'
    run_dev build
    expect_status 'no Debian' 1
    expect_output 'no Debian' 'Not found: libzstd jansson'
    grep -q '^Libraries needed.* libpcre2-8 .*snappy' "$copy/output" ||
        wrong 'no Debian' 'the list of libraries is not printed'
    stub pkg-config ''
    stub cc 'exit 1'
    run_dev build
    expect_output 'no snappy' 'Not found: snappy(snappy-c.h)'
    stub cc ''
    installed
}

wrong_words() {
    run_dev fly
    expect_status 'an unknown command' 2
    expect_output 'an unknown command' 'dev: unknown command: fly'
    run_dev deps wings
    expect_status 'an unknown group' 2
    run_dev
    expect_status 'no command' 0
    run_dev --help
    expect_status 'help' 0
    for word in deps build run test check bench fuzz tsan coverage; do
        grep -q "^\./dev $word" "$copy/output" || wrong 'help' "it does not tell of $word"
    done
}

the_program() {
    installed
    run_dev run --port 1
    expect_status 'no program yet' 1
    stub stria ''
    mv "$bin/stria" "$copy/tree/build/release/stria"
    run_dev run --port 8099 --for 15
    expect_status 'the program' 0
    expect_calls 'the program' 'stria demo --data run-data --port 8099 --for 15;$'
    stub cmake 'echo a reason; exit 1'
    run_dev run
    expect_status 'cmake fails' 1
    expect_output 'cmake fails' 'a reason'
    stub cmake ''
}

moved() {
    cache=$copy/tree/build/release/CMakeCache.txt
    mkdir -p "$copy/tree/build/release"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$copy/elsewhere" >"$cache"
    run_dev build
    [ -f "$cache" ] && wrong 'a moved checkout' 'the old build stayed'
    mkdir -p "$copy/tree/build/release"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$copy/tree" >"$cache"
    run_dev build
    [ -f "$cache" ] || wrong 'a checkout in place' 'the build is gone'
}

for tool in cmake ninja apt-get pkg-config cc ctest; do
    stub $tool ''
done
stub id 'echo 0'
nothing_missing
as_root
as_user
elsewhere
wrong_words
the_program
moved
[ $failures -eq 0 ] && echo 'dev: all as it should be'
exit $((failures > 0))
