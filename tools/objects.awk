# SPDX-License-Identifier: Apache-2.0
# objects.awk -- checks what compiled objects call against src/LAYERS (see layers.awk).
#
# Why         A call needs no #include that a checker would see; the symbol table tells the truth.
# Use         nm -A -P OBJECT... | awk -f tools/layers.awk -f tools/objects.awk src/LAYERS -
# Rules       System calls (%c) only in the folders of %; calls of $ only in their modules; stria_*
#             is defined in src/api and called from there and app only.
# Output      FILE:LINE: what is wrong, where LINE is the first that names the symbol.

# build/dev/CMakeFiles/stria_objects.dir/src/base/buf.c.o[: ] -> src/base/buf.c
function source_of(object)
{
    sub(/:$/, "", object)
    sub(/\.o$/, "", object)
    sub(/^.*\.dir\//, "", object)
    return object
}

# The name in the source of what the compiler or the C library renamed: __read_chk, pread64.
function plain_name(symbol)
{
    sub(/@.*$/, "", symbol)
    sub(/^__isoc[0-9]+_/, "", symbol)
    if (symbol ~ /^__.*_chk$/ || symbol ~ /^__open.*_2$/) {
        sub(/^__/, "", symbol)
        sub(/_(chk|2)$/, "", symbol)
    }
    if (symbol ~ /[a-z]64(v2)?$/)
        sub(/64(v2)?$/, "", symbol)
    return symbol
}

function is_system_call(name)
{
    if (!(name in system_call))
        system_call[name] = among(name, system_calls)
    return system_call[name]
}

function line_of(file, name,    line, number, found)
{
    while (!found && (getline line < file) > 0) {
        number++
        found = line ~ ("(^|[^A-Za-z0-9_])" name "([^A-Za-z0-9_]|$)") && line !~ /^ *(\/?\*|#)/
    }
    close(file)
    return found ? number : 1
}

function tell(file, name, text)
{
    if ((file, name) in told)
        return
    told[file, name] = 1
    fail(file, line_of(file, name), text)
}

{
    file = source_of($1)
    symbol = plain_name($2)
    folder = folder_of(file)
    in_library = file ~ /^src\//
    if ($3 != "U") {
        if (in_library && folder != "api" && symbol ~ /^stria_/ && $3 ~ /^[A-Z]$/)
            tell(file, symbol, "defines " symbol "(): the public functions belong to src/api")
        next
    }
    if (symbol ~ /^stria_/ && in_library && folder != "api")
        tell(file, symbol, "calls " symbol "(): only src/api and app call the public functions")
    if (is_system_call(symbol) && !may_touch_system(folder))
        tell(file, symbol, "uses " symbol ": only os and app touch the system (%c in src/LAYERS)")
    if (in_library && (symbol in owner_of_call) &&
        !among(module_of(file), owner_of_call[symbol]))
        tell(file, symbol, "calls " symbol "(): only" owner_of_call[symbol] \
             " may ($ in src/LAYERS)")
}
