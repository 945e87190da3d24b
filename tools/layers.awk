# SPDX-License-Identifier: Apache-2.0
# layers.awk -- reads src/LAYERS into arrays: the shared half of includes.awk and objects.awk.
#
# Use         awk -f tools/layers.awk -f tools/includes.awk src/LAYERS FILE...
# Gives       folders[folder], allowed[folder] (text), arrows[folder, other], exceptions[pattern],
#             foreign[header], owner_of_call[call], system_folder[folder], system_headers,
#             system_calls, free_headers, test_headers; and the functions below. A mistake in
#             src/LAYERS itself is told like any other.

function fail(file, line, text)
{
    printf "%s:%d: %s\n", file, line, text
    failed = 1
}

# The folder of a source file as src/LAYERS names it: src/base/buf.c is in base.
function folder_of(file)
{
    sub(/^src\//, "", file)
    return file ~ /\// ? substr(file, 1, match(file, /\/[^\/]*$/) - 1) : ""
}

# The module of a source file: src/base/x_test.c and src/base/x.h are base/x.
function module_of(file)
{
    sub(/^src\//, "", file)
    sub(/\.[ch]$/, "", file)
    sub(/_(test|priv)$/, "", file)
    return file
}

# Whether `text` is one of the words of `list`; * in the list stands for any characters.
function among(text, list,    words, count, i, pattern)
{
    count = split(list, words, " ")
    for (i = 1; i <= count; i++) {
        pattern = words[i]
        if (pattern == text)
            return 1
        if (pattern !~ /\*/)
            continue
        gsub(/[.+]/, "\\\\&", pattern)
        gsub(/\*/, ".*", pattern)
        if (text ~ ("^" pattern "$"))
            return 1
    }
    return 0
}

function after_colon(line)
{
    return substr(line, index(line, ":") + 1)
}

function before_colon(line,    text)
{
    text = substr(line, 1, index(line, ":") - 1)
    sub(/^[!@$] */, "", text)
    return text
}

function read_arrows(    i, count, words, folder)
{
    folder = before_colon($0)
    if (folder in folders)
        fail(FILENAME, FNR, folder " is listed twice")
    folders[folder] = FNR
    allowed[folder] = after_colon($0)
    count = split(allowed[folder], words, " ")
    for (i = 1; i <= count; i++) {
        if (!(words[i] in folders))
            fail(FILENAME, FNR, folder " may include " words[i] ", which is not listed above it")
        arrows[folder, words[i]] = 1
    }
}

# Whether the folder of a file may touch the system: one that % names, or that lies in one.
function may_touch_system(folder)
{
    return (folder in system_folder) || (substr(folder, 1, index(folder, "/") - 1) in system_folder)
}

function read_calls(    count, words, i)
{
    count = split(before_colon($0), words, " ")
    for (i = 1; i <= count; i++)
        owner_of_call[words[i]] = after_colon($0)
}

function read_layers_line(    i)
{
    if (/^#/ || /^[ \t]*$/)
        return
    else if (/^! .*:/)
        exceptions[before_colon($0)] = after_colon($0)
    else if (/^@ .*:/)
        foreign[before_colon($0)] = after_colon($0)
    else if (/^\$ .*:/)
        read_calls()
    else if (/^%h /)
        system_headers = system_headers " " substr($0, 4)
    else if (/^%c /)
        system_calls = system_calls " " substr($0, 4)
    else if (/^% /)
        for (i = 2; i <= NF; i++)
            system_folder[$i] = 1
    else if (/^\+t /)
        test_headers = test_headers " " substr($0, 4)
    else if (/^\+ /)
        free_headers = free_headers " " substr($0, 3)
    else if (/^[a-z][a-z_\/]*:/)
        read_arrows()
    else
        fail(FILENAME, FNR, "not understood: " $0)
}

FILENAME ~ /(^|\/)LAYERS$/ { read_layers_line(); next }

END { exit failed }
