#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# gen_influxql_recorded.py -- writes src/influxql/recorded_*_test.h, the queries of recorded answers
# of InfluxDB 1.12 as rows of C tables: what must parse, and what must fail with which words.
#
# Use         tools/gen_influxql_recorded.py FOLDER, in the root of the checkout
#             FOLDER holds the recordings: *.jsonl with "op":"query", "command", "params" and "exp"
# Rows        {query, params, param_count, is_parse_error, statement, error}; error NULL: no
#             check may fail; else the words, of the whole query or of one statement.
# Left out    Errors that only data can cause, which are rows without an error; parameters that
#             never become some, which the server refuses as JSON.
import json
import re
import sys

FILES = ['cases.jsonl', 'functions.jsonl', 'http.jsonl', 'writes.jsonl']

# Errors of statements that hang on what is stored, or on the server.
NEEDS_DATA = re.compile('|'.join([
    'database not found', 'database name required', 'retention policy not found',
    'retention policy already exists', 'retention policy conflicts', 'type error: ',
    r'unsupported .* iterator type', 'no such query id', 'not executed',
    'continuous query already exists', 'max-select-', 'user already exists', 'user not found',
    'invalid tag comparison operator', 'Expression too complex', 'invalid argument type',
    'unable to use tag wildcard', 'unsupported expression with wildcard: [^(]*$',
]))

WIDTH = 96
LINES = 700  # of a header, or a few more


def escape(text):
    out = ''
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out += '\\' + char
        elif char == '\n':
            out += '\\n'
        elif char == '?':  # no trigraphs
            out += '\\?'
        elif byte == 0:  # as texts of errors carry it
            out += '\\300\\200'
        elif 32 <= byte < 127:
            out += char
        else:
            out += '\\%03o' % byte
    return out


def literal(text, indent):
    """A C string of `text`, in lines that fit."""
    rest, lines = escape(text), []
    room = WIDTH - indent - 2
    while True:
        cut = min(room, len(rest))
        if cut < len(rest):  # not inside an escape
            part = rest[:cut]
            slash = part.rfind('\\', max(0, cut - 4))
            if slash >= 0 and (len(part) - len(part.rstrip('\\'))) % 2:
                cut -= 1
            elif slash >= 0 and re.fullmatch(r'\\[0-7]{1,2}', part[slash:]):
                cut = slash
        lines.append('"%s"' % rest[:cut])
        rest = rest[cut:]
        if not rest:
            return ('\n' + ' ' * indent).join(lines)


def string_value(text):
    data = text.encode()
    return '.value.string = {%s, %d}' % (literal(text, 8), len(data))


def param(name, value):
    """A row of stria_param, as the server binds a value of JSON."""
    kind, bad = 'VALUE', None
    if isinstance(value, dict):
        (key, value), = value.items()
        if key in ('ident', 'identifier'):
            kind = 'IDENTIFIER'
        elif key == 'regex':
            kind = 'REGEX'
        elif key == 'duration':
            kind = 'DURATION'
        elif key in ('int', 'integer'):
            bad = None if type(value) is int else 'integer literal must be an integer value'
        elif key == 'string':
            bad = None if type(value) is str else 'string literal must be a string value'
        elif key in ('float', 'number'):
            value = float(value)
        else:
            bad = 'unknown bind object type: ' + key
    if value is None:
        bad = 'unable to bind parameter with type <nil>'
    elif isinstance(value, list):
        bad = 'unable to bind parameter with type []interface {}'
    if bad:
        fields = '.type = STRIA_NONE,\n     ' + string_value(bad)
    elif isinstance(value, bool):
        fields = '.type = STRIA_BOOL, .value.boolean = %s' % str(value).lower()
    elif isinstance(value, int):
        fields = '.type = STRIA_INT, .value.i64 = %d' % value
    elif isinstance(value, float):
        fields = '.type = STRIA_FLOAT, .value.f64 = %r' % value
    else:
        fields = '.type = STRIA_STRING, ' + string_value(value)
    return '{.name = %s,\n     .kind = STRIA_PARAM_%s,\n     %s}' % (literal(name, 8), kind,
                                                                   fields)


def rows(folder):
    seen = set()
    for file in FILES:
        for line in open('%s/%s' % (folder, file)):
            case = json.loads(line)
            if case['op'] != 'query' or not case['command']:
                continue
            params = (case.get('params') or {}).get('params')
            key = (case['command'], json.dumps(params))
            if key in seen:
                continue
            try:
                answer = json.loads(case['exp'])
            except KeyError:  # a pattern: of no error, or of one that needs data
                answer = {}
            except ValueError:  # text in another form
                if 'error' in case['exp']:
                    continue
                answer = {}
            seen.add(key)
            error, statement, parse = answer.get('error'), 0, True
            if error and not error.startswith('error parsing query: '):
                continue
            if error:
                error = error[len('error parsing query: '):]
            for result in answer.get('results', []):
                if 'error' in result and not NEEDS_DATA.search(result['error']):
                    error, statement, parse = result['error'], result['statement_id'], False
                    break
            yield case['command'], json.loads(params) if params else {}, parse and error, \
                statement, error


def row(*fields):
    line = '    {%s},\n' % ', '.join(fields)
    if max(map(len, line.split('\n'))) > WIDTH + 4:
        line = '    {%s,\n     %s},\n' % (fields[0], ', '.join(fields[1:]))
    if max(map(len, line.split('\n'))) > WIDTH + 4:
        line = '    {%s,\n     %s,\n     %s},\n' % (fields[0], ', '.join(fields[1:-1]), fields[-1])
    return line


def write_part(part, binds, table):
    name = 'recorded_%d_test.h' % part
    guard = 'SX_INFLUXQL_RECORDED_%d_TEST_H' % part
    with open('src/influxql/' + name, 'w') as out:
        out.write('/* SPDX-License-Identifier: Apache-2.0 */\n')
        out.write('/* %s -- recorded queries, by tools/gen_influxql_recorded.py. */\n' % name)
        out.write('#ifndef %s\n#define %s\n\n' % (guard, guard))
        out.write('#include "influxql/recorded_row_test.h"\n\n')
        out.write('/* clang-format off */\n')
        out.write(''.join(binds))
        out.write('static const struct recorded recorded_%d[] = {\n' % part)
        out.write(''.join(table))
        out.write('};\n/* clang-format on */\n\n#endif\n')


def main():
    part, bind_count, line_count, binds, table = 1, 0, 0, [], []
    for query, params, parse, statement, error in rows(sys.argv[1]):
        bound = 'NULL, 0'
        if params:
            name = 'params_%d' % bind_count
            bind_count += 1
            binds.append('static const stria_param %s[] = {\n    %s};\n\n' % (
                name, ',\n    '.join(param(*item) for item in sorted(params.items()))))
            line_count += binds[-1].count('\n')
            bound = '%s, %d' % (name, len(params))
        table.append(row(literal(query, 5), bound, 'true' if parse else 'false', str(statement),
                         literal(error, 5) if error else 'NULL'))
        line_count += table[-1].count('\n')
        if line_count > LINES:
            write_part(part, binds, table)
            part, line_count, binds, table = part + 1, 0, [], []
    write_part(part, binds, table)


main()
