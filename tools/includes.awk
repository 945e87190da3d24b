# SPDX-License-Identifier: Apache-2.0
# includes.awk -- checks every #include of src/ and app/ against src/LAYERS (see layers.awk).
#
# Rules       A folder includes what its line allows; a foreign library is included by the module
#             that wraps it; system headers only where % says; x_priv.h stays in its folder; a .c
#             file includes its own header first, then the project's, then the system's.
# Output      FILE:LINE: what is wrong (which rule). Exit status 1 if there was any.

function may_include(file, folder, other, is_test,    pattern)
{
    if (folder == other || (folder, other) in arrows)
        return 1
    if (is_test && (other == "base" || other == "os"))
        return 1
    for (pattern in exceptions)
        if (among(file, pattern) && among(other, exceptions[pattern]))
            return 1
    return 0
}

# Whether a module is a test-only one (+t) or a part of one, as os/os_mem_disk is of os/os_mem.
function is_for_tests(module,    words, count, i)
{
    count = split(test_headers, words, " ")
    for (i = 1; i <= count; i++)
        if (words[i] ~ /\// && index(module, module_of(words[i])) == 1)
            return 1
    return 0
}

function check_quoted(name, folder, is_test,    other)
{
    if (name == "stria.h")
        return
    other = folder_of("src/" name)
    if (other == "" || name ~ /^src\// || name ~ /\.\./)
        fail(FILENAME, FNR, "includes \"" name "\": write it from src/ or the root, as " \
             "\"base/buf.h\"")
    else if (name !~ /\.h$/)
        fail(FILENAME, FNR, "includes \"" name "\": only headers are included")
    else if (name ~ /_priv\.h$/ && other != folder)
        fail(FILENAME, FNR, "includes \"" name "\": it is private to " other)
    else if (!may_include(FILENAME, folder, other, is_test))
        fail(FILENAME, FNR, "includes \"" name "\": " folder " may include" \
             (allowed[folder] ~ /[a-z]/ ? allowed[folder] : " no other folder") " (src/LAYERS)")
    else if (among(name, test_headers) && !is_test && !is_for_tests(module_of(FILENAME)))
        fail(FILENAME, FNR, "includes \"" name "\": that is for tests only (+t in src/LAYERS)")
}

# The modules that may include a foreign header; "" if it is not a foreign one.
function wrappers_of(name,    header)
{
    for (header in foreign)
        if (name == header || index(name, header "/") == 1)
            return foreign[header]
    return ""
}

function check_angled(name, folder, is_test,    wrappers)
{
    wrappers = wrappers_of(name)
    if (wrappers != "") {
        if (!among(module_of(FILENAME), wrappers))
            fail(FILENAME, FNR, "includes <" name ">: only" wrappers " may (@ in src/LAYERS)")
    } else if (among(name, free_headers) || (is_test && among(name, test_headers))) {
        return
    } else if (among(name, test_headers) && !among(name, system_headers)) {
        fail(FILENAME, FNR, "includes <" name ">: that is for tests only (+t in src/LAYERS)")
    } else if (!among(name, system_headers)) {
        fail(FILENAME, FNR, "includes <" name ">: src/LAYERS does not name this header")
    } else if (!may_touch_system(folder)) {
        fail(FILENAME, FNR, "includes <" name ">: only os and app touch the system " \
             "(% in src/LAYERS)")
    }
}

# Own header first, then the project's, then the system's; inside #if the order is free.
function check_order(name, quoted,    own)
{
    if (FILENAME !~ /\.c$/ || depth > 0)
        return
    own = FILENAME
    sub(/(_test)?\.c$/, ".h", own)
    if (!seen_include && (own in known) && own != "src/" name && own != name)
        fail(FILENAME, FNR, "includes " name " before its own header " own)
    if (quoted && seen_angled)
        fail(FILENAME, FNR, "includes \"" name "\" after a system header: the project's come first")
    seen_include = 1
    if (!quoted)
        seen_angled = 1
}

BEGIN {
    for (i = 1; i < ARGC; i++)
        known[ARGV[i]] = 1
}

FNR == 1 {
    folder = folder_of(FILENAME)
    is_test = FILENAME ~ /_test\.[ch]$/
    seen_include = seen_angled = depth = 0
    if (!(folder in folders))
        fail(FILENAME, FNR, "lies in " (folder == "" ? "no folder" : folder) \
             ": src/LAYERS does not name it")
}

/^[ \t]*#[ \t]*if/ { depth++ }
/^[ \t]*#[ \t]*endif/ { depth-- }
/^[ \t]*#[ \t]*include/ {
    quoted = match($0, /"[^"]*"/)
    if (!quoted && !match($0, /<[^>]*>/)) {
        fail(FILENAME, FNR, "an #include that names no file")
        next
    }
    name = substr($0, RSTART + 1, RLENGTH - 2)
    check_order(name, quoted)
    if (quoted)
        check_quoted(name, folder, is_test)
    else
        check_angled(name, folder, is_test)
}
