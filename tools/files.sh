# SPDX-License-Identifier: Apache-2.0
# files.sh -- which files the checks look at; sourced by them, in the root of the checkout.

# Folders of our own text that exist; results and stored bytes are not text.
own_folders() {
    for folder in .ci app bench examples fuzz include src tests tools; do
        [ -d "$folder" ] && printf '%s\n' "$folder"
    done
}

# list_files c | code | text: C files; those and scripts and build files; those and documents.
list_files() {
    # shellcheck disable=SC2046 # names of folders
    find $(own_folders) -type f ! -path 'fuzz/corpus/*' ! -path 'tests/golden/*' \
        ! -name '*.jsonl' ! -name '*.counts' ! -name LAYERS | LC_ALL=C sort | while read -r file; do
        case $1:$file in
        *:*.[ch]) ;;
        c:*) continue ;;
        *:*.sh | *:*.awk | *:*.py | *:*/CMakeLists.txt) ;;
        *) head -c 2 "$file" | grep -q '^#!' || continue ;;
        esac
        printf '%s\n' "$file"
    done
    case $1 in
    code) printf '%s\n' CMakeLists.txt dev ;;
    text)
        printf '%s\n' CMakeLists.txt dev src/LAYERS
        find . -maxdepth 1 -name '*.md' | sed 's|^\./||'
        [ -d docs ] && find docs -name '*.md' | LC_ALL=C sort
        ;;
    esac
}
