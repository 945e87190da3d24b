#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# second_reader.py -- reads a store by docs/FORMAT.md alone, and compares it with an export.
#
# Why         A format is only described if somebody who knows nothing but the description can read
#             it: this script shares no line with the library.
# Use         second_reader.py --sample N         line protocol to fill a store with (part N)
#             second_reader.py DIR EXPORT         DIR's rows against `stria export`'s
# Output      The number of values, or what differs. Exit status 0, 1 (they differ), 2 (damaged, or
#             a form that is not read here).
# Limits      No regular expressions on measurements that RE2 and Python take differently; not the
#             sealed tier's entropy coder (codec kind 2) and no zstd: no index of a segment, no
#             packed state of the manifest.

import os
import re
import struct
import sys
from fractions import Fraction

M64 = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


class Damaged(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Damaged(text)


# ---- common -----------------------------------------------------------------------------------

CRC_TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    CRC_TABLE.append(byte)


def crc32c(crc, data):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def seed(salt, offset):
    x = salt ^ (offset * GOLDEN & M64)
    return (x ^ x >> 32) & 0xFFFFFFFF


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def i64(v):
    v &= M64
    return v - (1 << 64) if v >> 63 else v


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits & M64))[0]


def double_bits(v):
    return struct.unpack("<Q", struct.pack("<d", v))[0]


class Bytes:
    """Bytes that are taken from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        need(self.left() >= size, "cut")
        self.at += size
        return self.data[self.at - size : self.at]

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return u32(self.take(4), 0)

    def u64(self):
        return u64(self.take(8), 0)

    def varint(self):
        v = shift = 0
        while True:
            byte = self.u8()
            v |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                need(v <= M64, "a varint over 64 bits")
                return v
            need(shift < 70, "a varint of more than 10 bytes")

    def zigzag(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def sized(self):
        return self.take(self.varint())

    def rest(self):
        return self.take(self.left())


def bits_of(data, count, width):
    """Numbers of `width` bits one after another, lowest bit first."""
    whole, mask = int.from_bytes(data, "little"), (1 << width) - 1
    return [whole >> i * width & mask for i in range(count)]


def take_bits(data, count, width):
    return bits_of(data.take((count * width + 7) // 8), count, width)


def plain(part):
    """The text of an escaped part of a key."""
    return re.sub(rb"\x01(.)", lambda m: bytes([m.group(1)[0] - 1]), part, flags=re.S)


def split_key(key):
    parts = key.split(b"\0")
    need(parts.pop() == b"" and len(parts) % 2 == 1, "a series key")
    return [plain(p) for p in parts]


# ---- columns ----------------------------------------------------------------------------------


def plane(data, width):
    """A whole group of 256 values in 8 lanes of 32-bit words."""
    words = struct.unpack("<%dI" % (8 * width), data.take(32 * width))
    lanes = [sum(words[8 * k + lane] << 32 * k for k in range(width)) for lane in range(8)]
    return [lanes[i % 8] >> i // 8 * width & (1 << width) - 1 for i in range(256)]


def residuals(data, count, code):
    wide = code > 32
    width = code - 33 if wide else code
    if count < 256:
        return take_bits(data, count, width), wide, width
    values = plane(data, min(width, 32))
    if width > 32:
        values = [low | high << 32 for low, high in zip(values, plane(data, width - 32))]
    return values, wide, width


def packed(data, count, order):
    groups = []
    first_difference = data.zigzag() if order == 2 else 0
    step = told = 0
    for g in range((count + 255) // 256):
        code = data.u8()
        patches = (data.u8(), data.u8()) if code & 128 else (0, 0)
        step += data.zigzag()
        if order and g and g % 4 == 0:  # places where decoding can begin: not needed here
            told += data.zigzag()
            if order == 2:
                data.zigzag()
        groups.append((code & 127, patches, step))
    out, value, difference = [], 0, 0
    for g, (code, (patch_count, patch_bits), step) in enumerate(groups):
        n = min(256, count - g * 256)
        res, wide, width = residuals(data, n, code)
        positions = data.take(patch_count)
        for position, high in zip(positions, take_bits(data, patch_count, patch_bits)):
            if high >> patch_bits - 1:
                high -= 1 << patch_bits
            res[position] += high << width
        if g == 0:
            value = -step if order == 1 else -first_difference
            difference = first_difference - step
        modulus = 1 << (64 if wide else 32)
        r, start, sums = 0, value if order else step, difference
        for i in range(n):
            if order == 0:
                r = res[i]
            elif order == 1:
                r += res[i] + step
            else:
                sums += res[i] + step
                r += sums
            signed = r % modulus
            if signed >= modulus // 2:
                signed -= modulus
            out.append(start + signed)
        if order:
            difference = out[-1] - (out[-2] if len(out) > 1 else 0)
            value = out[-1]
    return out


def integers(data, count):
    head = data.u8()
    kind, order = head & 3, head >> 2 & 3
    first = data.zigzag()
    if kind == 0:
        step = data.zigzag() if order == 1 else 0
        return [i64(first + i * step) for i in range(count)]
    need(kind == 1 and head < 32, "integers in the coded form are not read here")
    factor = data.varint() if head & 16 else 1
    slope, lacks = (data.zigzag(), data.varint()) if order == 3 else (0, 0)
    values = packed(data, count, 0 if order == 3 else order)
    line = [slope * i + (lacks * i >> 32) for i in range(count)]
    return [i64(first + factor * (v + l)) for v, l in zip(values, line)]


def number(data):
    digits = data.u8()
    return double(data.u64()) if digits == 32 else data.zigzag() / 10**digits


def scaled(data, count):
    head = data.u8()
    digits = head & 63
    exponent = data.zigzag() if digits == 63 else 0
    exceptions = {}
    if head & 128:
        indexes, last = [], -1
        for _ in range(data.varint()):
            last += data.varint() + 1
            indexes.append(last)
        one = data.u64() if data.u8() else None
        for index in indexes:
            exceptions[index] = data.u64() if one is None else one
    beside = integers(Bytes(data.sized()), count) if head & 64 else [0] * count
    out = []
    for i, n in enumerate(integers(data, count)):
        if digits == 63:
            near = float(Fraction(n) * Fraction(2) ** exponent)
        else:
            near = n / 10**digits
        out.append(double(exceptions.get(i, double_bits(near) - beside[i])))
    return out


def xored(data, count):
    value, out = data.u64(), []
    stream = int.from_bytes(data.rest(), "little")
    at = low = size = 0

    def get(width):
        nonlocal at
        at += width
        return stream >> at - width & (1 << width) - 1

    out.append(double(value))
    while len(out) < count:
        if get(1):
            if get(1):
                above = get(5)
                size = get(6) + 1
                low = 64 - above - size
            value ^= get(size) << low
        out.append(double(value))
    return out


def floats(codec, data, count):
    if codec == 0x40:
        return [double(data.u64()) for _ in range(count)]
    if codec == 0x41:
        return [number(data)] * count
    if codec == 0x42:
        return scaled(data, count)
    if codec == 0x43:
        return xored(data, count)
    if codec == 0x44:
        runs = data.varint()
        lengths = integers(Bytes(data.sized()), runs)
        return [v for v, n in zip(column(1, data.rest(), runs), lengths) for _ in range(n)]
    if codec == 0x45:
        entries = data.varint()
        values = column(1, data.sized(), entries)
        return [values[i] for i in integers(data, count)]
    need(codec == 0x46, "codec %02x" % codec)
    if data.u8():
        patterns = [v & M64 for v in integers(data, count)]
        return [double(v >> 1 | (v & 1) << 63) for v in patterns]
    return [double(v if v >= 0 else (v ^ (1 << 63) - 1)) for v in integers(data, count)]


def booleans(codec, data, count):
    if codec in (0x50, 0x51):
        return [codec == 0x51] * count
    if codec == 0x52:
        return [bit == 1 for bit in take_bits(data, count, 1)]
    need(codec == 0x53, "codec %02x" % codec)
    value, out = data.u8() == 1, []
    for length in integers(data, data.varint()):
        out += [value] * length
        value = not value
    return out


def strings(codec, data, count):
    if codec == 0x60:
        return [data.rest()] * count
    if codec == 0x61:
        entries = [data.sized() for _ in range(data.varint())]
        return [entries[i] for i in integers(data, count)]
    need(codec == 0x62, "strings of codec %02x are not read here" % codec)
    return [data.take(n) for n in integers(Bytes(data.sized()), count)]


def column(kind, data, count):
    data = Bytes(data)
    codec = data.data[0] if data.left() else 0xFF
    if codec < 0x40 and kind in (2, 3, 6):
        values = integers(data, count)
        return [v & M64 for v in values] if kind == 3 else values
    data.u8()
    if kind == 1:
        return floats(codec, data, count)
    if kind == 4:
        return booleans(codec, data, count)
    need(kind == 5, "type %d with codec %02x" % (kind, codec))
    return strings(codec, data, count)


# ---- manifest ---------------------------------------------------------------------------------


class Store:
    def __init__(self, path):
        self.path = path
        self.segments, self.tombstones, self.policies = {}, {}, {}
        self.rollups, self.marks = {}, {}
        self.flushed = 0


def edit_at(data, salt, at, lead=0):
    """(edit_seq, copy, operations, bytes it takes), or None; `lead` bytes stand before it."""
    at += lead
    if at + 40 > len(data) or data[at : at + 4] != b"SEDT":
        return None
    start, size = seed(salt, at), u32(data, at + 16)
    operations = data[at + 40 : at + 40 + size]
    if (
        u32(data, at + 4) != crc32c(start, data[at + 8 : at + 40])
        or len(operations) < size
        or u32(data, at + 20) != crc32c(start, operations)
    ):
        return None
    return u64(data, at + 8), data[at + 24], operations, (lead + 40 + size + 4095) // 4096 * 4096


def read_edits(data, salt, at):
    edits = []
    while at < len(data):
        lead = 64 if at == 0 else 0
        edit = edit_at(data, salt, at, lead)
        if edit:
            at += 2 * edit[3]
        else:
            second = at + 4096
            while second < len(data) and not edit:
                edit = edit_at(data, salt, second, lead)
                second += 4096
            if not edit or edit[1] != 1 or second - 4096 - at != edit[3]:
                break
            at = second - 4096 + edit[3]
        edits.append(edit)
    for later in range(at, len(data), 4096):
        edit = edit_at(data, salt, later)
        need(not edit or (edits and edit[0] <= edits[-1][0]), "an edit in the middle is damaged")
    return edits


def operations_of(data):
    data = Bytes(data)
    while data.left():
        yield data.u8(), Bytes(data.sized())


def read_manifest(path):
    best = None
    folder = os.path.join(path, "manifest")
    for name in sorted(os.listdir(folder)):
        if not re.fullmatch("[0-9a-f]{16}[.]man", name):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        heads = [data[at : at + 64] for at in range(0, len(data), 4096)]
        heads = [h for h in heads if h[:8] == b"STRIAMAN" and u32(h, 60) == crc32c(0, h[:60])]
        if not heads or u32(heads[0], 8) not in (1, 2) or u32(heads[0], 12) != 0:
            continue
        salt = u64(heads[0], 16) ^ u64(heads[0], 32) * GOLDEN & M64
        edits = read_edits(data, salt, 8192 if u32(heads[0], 8) == 1 else 0)
        whole = any(op == 1 for edit in edits for op, _ in operations_of(edit[2]))
        if whole and (best is None or edits[-1][0] > best[0][-1][0]):
            best = edits, heads[0][16:32]
    need(best, "no manifest")
    return best


def condition(data):
    kind = data.u8()
    if kind in (2, 3):
        left = condition(data)
        return kind, left, condition(data)
    if kind == 4:
        return kind, data.u8(), data.sized(), data.sized()
    return (kind,)


def apply(store, op, data):
    if op == 3:
        segment = {"uuid": data.take(16)}
        for name in ("id", "policy", "level", "tier", "epoch", "first", "last", "s1", "s2"):
            segment[name] = data.varint()
        segment["min"], segment["max"] = data.zigzag(), data.zigzag()
        for name in ("series", "rows", "samples", "chunks", "size", "tombstone"):
            segment[name] = data.varint()
        store.segments[segment["id"]] = segment
    elif op == 4:
        store.segments.pop(data.varint(), None)
    elif op == 5:
        store.flushed = data.varint()
    elif op == 8:
        database, policy = data.varint(), data.varint()
        store.policies[policy] = database, data.sized()
        for _ in range(6):
            data.varint()
        if data.left():  # it holds rollups
            store.rollups[policy] = data.varint(), data.zigzag()
            need(store.rollups[policy][1] in (300 * 10**9, 3600 * 10**9), "length of buckets")
    elif op in (7, 9):
        gone = data.varint()
        for policy, (database, _) in list(store.policies.items()):
            if (database if op == 7 else policy) == gone:
                del store.policies[policy]
                for number in [s["id"] for s in store.segments.values() if s["policy"] == policy]:
                    del store.segments[number]
    elif op == 13:
        t = {"id": data.varint(), "generation": data.varint(), "policy": data.varint()}
        t["flags"], t["name"] = data.u8(), data.sized()
        t["min"], t["max"] = data.zigzag(), data.zigzag()
        t["condition"] = condition(data)
        store.tombstones[t["id"]] = t
    elif op == 14:
        store.tombstones.pop(data.varint(), None)
    elif op == 18:
        number, tombstone = data.varint(), data.varint()
        if number in store.segments:
            segment = store.segments[number]
            segment["tombstone"] = max(segment["tombstone"], tombstone)
    elif op == 20:
        policy, window = data.varint(), data.zigzag()
        generation, flags = data.varint(), data.u8()
        need(flags < 16, "flags of a mark")
        if flags & 8:
            store.marks.pop((policy, window), None)
        else:
            store.marks[policy, window] = generation, flags
    else:
        need(op != 19, "packed operations are not read here")
        need(op >= 128 or 1 <= op <= 20, "operation %d is not known" % op)


# ---- tombstones -------------------------------------------------------------------------------


def meets(expression, tags):
    kind = expression[0]
    if kind in (0, 1):
        return kind == 0
    if kind == 2:
        return meets(expression[1], tags) and meets(expression[2], tags)
    if kind == 3:
        return meets(expression[1], tags) or meets(expression[2], tags)
    _, op, key, value = expression
    has = tags.get(key, b"")
    if op < 2:
        return (has == value) == (op == 0)
    return (re.search(value, has) is not None) == (op == 2)


def masks(t, parts, ts):
    if not t["min"] <= ts <= t["max"]:
        return False
    if t["flags"] & 2:
        named = (re.search(t["name"], parts[0]) is not None) != bool(t["flags"] & 4)
    else:
        named = bool(t["flags"] & 1) or parts[0] == t["name"]
    return named and meets(t["condition"], dict(zip(parts[1::2], parts[2::2])))


# ---- log --------------------------------------------------------------------------------------


def frame_at(data, salt, at):
    if at + 64 > len(data) or data[at : at + 4] != b"SFRM":
        return None
    if u32(data, at + 4) != crc32c(seed(salt, at), data[at + 8 : at + 64]):
        return None
    size, count = u32(data, at + 32), u32(data, at + 40)
    need(data[at + 44] == 0, "a frame's codec")
    records, heads, payloads = Bytes(data[at + 64 : at + 64 + size]), b"", []
    for _ in range(count):
        head = records.take(12)
        payload = records.take(u32(head, 4))
        if u32(head, 8) != crc32c(0, head[:8] + payload):
            return None
        heads += head
        payloads.append((head[0], head[1], payload))
    if records.left() or crc32c(0, heads) != u32(data, at + 48):
        return None
    return u64(data, at + 8), payloads, (64 + size + 4095) // 4096 * 4096


def rows_record(payload, slots):
    """(policy, key, time, [(name, type, value)]) of each row."""
    data = Bytes(payload)
    policy, series = data.varint(), []
    for _ in range(data.varint()):
        v = data.varint()
        if v & 1:
            slots[policy, v >> 1] = data.sized()
        series.append(slots[policy, v >> 1])
    schemas = []
    for _ in range(data.varint()):
        data.sized()
        schemas.append([(data.u8(), data.sized()) for _ in range(data.varint())])
    runs = [(data.varint(), data.varint()) for _ in range(data.varint())]
    texts = data.sized()
    for run, count in runs:
        columns = schemas[run >> 1]
        words = (len(columns) + 63) // 64
        for _ in range(count):
            ts, number = i64(data.u64()), data.u32()
            present = int.from_bytes(data.take(8 * words), "little") if run & 1 else -1
            fields = []
            for i, (kind, name) in enumerate(columns):
                word = data.u64()
                if not present >> i & 1:
                    continue
                if kind == 1:
                    word = double(word)
                elif kind == 2:
                    word = i64(word)
                elif kind == 4:
                    word = word == 1
                elif kind == 5:
                    text = Bytes(texts)
                    text.at = word
                    word = text.sized()
                fields.append((name, kind, word))
            yield policy, series[number], ts, fields
    need(data.left() == 0, "a rows record is longer than its rows")


def read_log(store, uuid, put):
    files = []
    folder = os.path.join(store.path, "wal")
    for name in os.listdir(folder):
        if not re.fullmatch("[0-9a-f]{8}[.]wal", name):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        heads = [data[at : at + 92] for at in (0, 4096)]
        heads = [h for h in heads if h[:8] == b"STRIAWAL" and u32(h, 88) == crc32c(0, h[:88])]
        head = max(heads, key=lambda h: u64(h, 16), default=None)
        if head and u64(head, 56) == u64(uuid, 0) and u64(head, 24) > store.flushed:
            files.append((u64(head, 16), head, data))
    files.sort(key=lambda f: f[0])
    expected, slots, generation = None, {}, None
    for i, (number, head, data) in enumerate(files):
        limit = len(data)
        need(limit >= 4096 * u32(head, 84), "a log file was cut")
        for _, later, _ in files[i + 1 :]:
            if u64(later, 32) == number and u64(later, 40):
                limit = u64(later, 40)
        if u64(head, 24) != generation:
            generation, slots = u64(head, 24), {}
        at, expected = 8192, expected or u64(head, 72)
        while at < limit:
            frame = frame_at(data, u64(head, 48), at)
            if not frame or frame[0] != expected:
                break
            for kind, flags, payload in frame[1]:
                need(kind == 1 or not flags & 128, "a record of type %d" % kind)
                if kind == 1:
                    for policy, key, ts, fields in rows_record(payload, slots):
                        put(policy, key, ts, fields, generation, 0)
            expected += 1
            at += frame[2]


# ---- segments ---------------------------------------------------------------------------------


class Segment:
    def __init__(self, path, info):
        with open(path, "rb") as file:
            self.data = data = file.read()
        foot = data[-512:]
        need(data[:8] == b"STRIASEG" and u32(data, 60) == crc32c(0, data[:60]), "a header")
        need(foot[:8] == b"STRIAEND" and u32(foot, 508) == crc32c(0, foot[:508]), "a footer")
        need(foot[16:32] == info["uuid"] and u64(foot, 136) == len(data), "another segment")
        need(u32(foot, 8) in (1, 2) and u32(foot, 12) == 0, "a newer version")
        if u32(foot, 8) == 2 and u32(foot, 144) > 4:
            need(u64(foot, 296) == 0, "an index of small blocks is not read here")
        self.salt = u64(foot, 16) ^ u64(foot, 24) * GOLDEN & M64
        parts = [
            self.block(u64(foot, at), u64(foot, at + 8), u32(foot, at + 16))
            for at in range(192, 192 + 4 * 24, 24)
        ]
        self.read_tags(parts[1])
        self.read_measurements(parts[0])
        self.read_stripes(parts[2])

    def block(self, offset, size, crc):
        data = self.data[offset : offset + size]
        need(crc32c(seed(self.salt, offset), data) == crc, "a block at %d" % offset)
        return Bytes(data)

    def read_tags(self, data):
        self.tags = []
        for _ in range(data.varint()):
            name, values = data.sized(), data.varint()
            refs = [(data.varint(), data.varint(), data.u32()) for _ in range(2)]
            texts = self.dictionary(self.block(*refs[0]))
            need(len(texts) == values, "a dictionary's size")
            self.tags.append((name, texts, self.block(*refs[1])))

    @staticmethod
    def dictionary(data):
        count = data.varint()
        entries, texts = Bytes(data.sized()), []
        for i in range(count):
            shared = entries.varint()
            need(i % 16 or shared == 0, "a group of a dictionary")
            texts.append((texts[-1][:shared] if shared else b"") + entries.sized())
        need(texts == sorted(set(texts)), "a dictionary's order")
        return texts

    def postings(self, tag, value):
        data = self.tags[tag][2].data
        count = len(self.tags[tag][1])
        lists = Bytes(data[4 * count :])
        lists.at = u32(data, 4 * value)
        out, at = [], 0
        for _ in range(lists.varint()):
            head = lists.varint()
            length = lists.varint() + 2 if head & 1 else 1
            at += head >> 1
            out += range(at, at + length)
            at += length
        return out

    def read_measurements(self, data):
        self.measurements, self.keys = [], []
        count, offset = data.varint(), data.varint()
        found = {}
        for _ in range(count):
            name, series = data.sized(), data.varint()
            tags = [data.varint() for _ in range(data.varint())]
            columns = [(data.u8(), data.sized()) for _ in range(data.varint())]
            stripes, size, crc = data.varint(), data.varint(), data.u32()
            block = self.block(offset, size, crc)
            offset += size
            first = len(self.keys)
            values = []
            for tag in tags:
                values.append((tag, take_bits(block, series, block.u8())))
            need(block.left() == 8 * series, "hashes of series")
            for i in range(series):
                key = name + b"\0"
                for tag, numbers in sorted(values):
                    if numbers[i]:
                        key += self.tags[tag][0] + b"\0" + self.tags[tag][1][numbers[i] - 1] + b"\0"
                        found.setdefault((tag, numbers[i] - 1), []).append(first + i)
                self.keys.append(key)
            self.measurements.append((first, columns, stripes))
        need(self.keys == sorted(set(self.keys)), "the order of series")
        for (tag, value), ordinals in found.items():
            need(self.postings(tag, value) == ordinals, "postings")

    def read_stripes(self, data):
        self.stripes = []
        measurement = series = ts = offset = 0
        for i in range(data.varint()):
            step = data.varint()
            measurement += step
            first, columns, _ = self.measurements[measurement]
            series = (first if step or i == 0 else series) + data.varint()
            groups = data.varint()
            ts = i64(ts + data.zigzag())
            data.varint()
            offset += data.varint()
            runs = []
            for r in range(data.varint()):
                number = data.varint() if r else None
                runs.append((number, data.varint(), data.varint(), data.u32()))
            self.stripes.append((columns, series, groups, offset, runs))

    def groups_of(self, block, count, series, at):
        groups, ts, span, times = [], 0, 0, None
        for _ in range(count):
            head, rows = block.varint(), block.varint() + 1
            series += head >> 2
            ts = i64(ts + block.zigzag())
            span = span + block.zigzag() & M64
            place = head & 3
            if place == 0:
                times = at, block.varint(), block.u32()
                at += times[1]
            elif place == 2:
                times = block.varint(), block.varint(), block.u32()
            need(place < 3 and times, "the place of times")
            stamps = column(6, self.block(*times).data, rows)
            need(stamps[0] == ts and stamps[-1] == ts + span, "times of a group")
            groups.append((series, stamps))
        need(block.left() == 0, "more groups than there are")
        return groups

    def number(self, kind, block):
        if kind == 2:
            return block.zigzag()
        v = block.varint()
        if kind != 1:
            return v
        if v == 15:
            return double(block.u64())
        v, p = v >> 4, v & 15
        return (v >> 1 ^ -(v & 1)) / 10**p

    def statistics(self, kind, block, count):
        flags = block.u8()
        if flags & 16:
            block.varint()
        if not flags & 1:
            return None
        first = self.number(kind, block)
        if flags & 32:
            block.varint()
        total = self.number(kind, block) if flags & 2 else None
        if flags & 64:
            need(flags & 4 and total is None, "the sum of a constant")
            total = first * count
        if flags & 4:
            return first, first, first, first, total
        last = self.number(kind, block)
        block.varint(), block.varint()
        if flags & 8:
            return first, last, first, last, total
        return first, last, self.number(kind, block), self.number(kind, block), total

    def chunks_of(self, kind, block, groups, at):
        """Group's place and (row, value) pairs of each chunk."""
        need(not block.sized(), "shared coder tables are not read here")
        place = 0
        while block.left():
            flags = block.u8()
            place += block.varint() + 1 if flags & 1 else 0
            rows = len(groups[place][1])
            count = block.varint() if flags & 2 else rows
            if flags & 4:
                statistics = self.statistics(kind, block, count)
                need(flags & 10 == 0 and statistics, "a constant without a column")
                first = statistics[0] == 1 if kind == 4 else statistics[0]
                yield place, zip(range(rows), [first] * rows)
                place += 1
                continue
            where = block.varint() if flags & 8 else at
            size, crc = block.varint(), block.u32()
            statistics = self.statistics(kind, block, count)
            data = self.block(where, size, crc)
            at += 0 if flags & 8 else size
            which = range(rows)
            if flags & 2:
                has = column(4, data.sized(), rows)
                which = [i for i in range(rows) if has[i]]
            need(len(which) == count, "presence")
            values = column(kind, data.rest(), count)
            self.compare(kind, values, statistics)
            yield place, zip(which, values)
            place += 1

    @staticmethod
    def compare(kind, values, statistics):
        known = [v for v in values if v == v]
        if kind == 5 or not known:
            need(statistics is None, "statistics")
            return
        first, last, least, greatest, total = statistics
        need(least == min(known) and greatest == max(known), "least and greatest")
        need(first != first or first == values[0], "first")
        need(last != last or last == values[-1], "last")
        need(total is None or total == sum(known), "sum")

    def rows(self):
        for columns, series, count, offset, runs in self.stripes:
            directory = offset + sum(run[1] for run in runs)
            groups = []
            for number, size, directory_size, crc in runs:
                block = self.block(directory, directory_size, crc)
                directory += directory_size
                if number is None:
                    groups = self.groups_of(block, count, series, offset)
                else:
                    kind, name = columns[number]
                    for place, pairs in self.chunks_of(kind, block, groups, offset):
                        ordinal, stamps = groups[place]
                        for row, value in pairs:
                            yield self.keys[ordinal], stamps[row], (name, kind, value)
                offset += size


# ---- the whole --------------------------------------------------------------------------------


def read_store(path):
    edits, uuid = read_manifest(path)
    store = Store(path)
    for edit in edits:
        for op, data in operations_of(edit[2]):
            apply(store, op, data)
    values, parts_of = {}, {}

    def put(policy, key, ts, fields, generation, applied):
        if policy not in store.policies:
            return
        if key not in parts_of:
            parts_of[key] = split_key(key)
        for t in store.tombstones.values():
            if t["policy"] == policy and generation < t["generation"] and t["id"] > applied:
                if masks(t, parts_of[key], ts):
                    return
        for name, kind, value in fields:
            values[key, ts, name, kind] = value

    for segment in sorted(store.segments.values(), key=lambda s: (s["last"], s["first"], s["id"])):
        file = Segment(os.path.join(path, "seg", "%016x.seg" % segment["id"]), segment)
        count = 0
        for key, ts, field in file.rows():
            put(segment["policy"], key, ts, [field], segment["last"], segment["tombstone"])
            count += 1
        need(count == segment["samples"], "the number of values")
    read_log(store, uuid, put)
    return {(tuple(parts_of[k]), ts, name, kind): v for (k, ts, name, kind), v in values.items()}


# ---- line protocol ----------------------------------------------------------------------------


def unescape(text):
    return re.sub(rb"\\([,= ])", rb"\1", text)


def cut(text, at, ends):
    """From `at` up to a byte of `ends` that is not escaped."""
    start = at
    while at < len(text) and text[at : at + 1] not in ends:
        at += 2 if text[at : at + 1] == b"\\" and text[at + 1 : at + 2] in (b",", b"=", b" ") else 1
    return unescape(text[start:at]), at


def line_value(text, at):
    if text[at : at + 1] == b'"':
        match = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.S).match(text, at)
        return 5, re.sub(rb'\\(["\\])', rb"\1", match.group(1)), match.end()
    end = re.compile(rb"[, ]").search(text, at).start()
    word = text[at:end]
    if word[-1:] == b"i":
        return 2, int(word[:-1]), end
    if word[-1:] == b"u":
        return 3, int(word[:-1]), end
    if word[:1] in b"tTfF":
        return 4, word[:1] in b"tT", end
    return 1, float(word), end


def read_lines(text):
    at, out = 0, {}
    while at < len(text):
        if text[at : at + 1] in (b"#", b"\n"):
            at = text.find(b"\n", at) + 1 or len(text)
            continue
        name, at = cut(text, at, (b",", b" "))
        parts = [name]
        while text[at : at + 1] == b",":
            key, at = cut(text, at + 1, (b"=",))
            value, at = cut(text, at + 1, (b",", b" "))
            parts += [key, value]
        fields = []
        while text[at : at + 1] in (b" ", b",") and (not fields or text[at : at + 1] == b","):
            key, at = cut(text, at + 1, (b"=",))
            kind, value, at = line_value(text, at + 1)
            fields.append((key, kind, value))
        match = re.compile(rb" (-?[0-9]+)(\n|$)").match(text, at)
        at = match.end()
        for key, kind, value in fields:
            out[tuple(parts), int(match.group(1)), key, kind] = value
    return out


def sample(part):
    """Line protocol with something for every form; each part overlaps the one before."""
    out, state = [], 12345 + part
    texts = ["ok", "a \\\"quoted\\\" one", "with = , and \\\\ in it", "", "two\nlines"]
    for i in range(part * 150, part * 150 + 400):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        ts = 1700000000000000000 + i * 10000000000 + (state % 3 if i % 7 == 0 else 0)
        fields = ["usage=%d.%d" % (state % 100, state % 10), "n=%di" % (i * 3 - 500)]
        if i % 5 == 0:
            fields.append('note="%s"' % texts[i // 5 % len(texts)])
        if i % 3:
            fields.append("up=%s" % ("true" if i // 20 % 2 else "false"))
        out.append("cpu,host=h%d,rack=r\\ %d %s %d" % (i % 3, i % 2, ",".join(fields), ts))
        out.append("raw,id=1 v=%r,big=%du %d" % (state / 7.0, (1 << 64) - 1 - i, ts))
        if i % 2:
            out.append("odd\\,name,k\\=ey=v\\,alue c=%di %d" % (state - (1 << 30), ts))
    out.append("single only=1e-300 -5")
    out.append("wide %s 77" % ",".join("f%03d=%di" % (i, i) for i in range(70)))
    return "\n".join(out) + "\n"


def same(a, b):
    return a == b or (a != a and b != b)


def main():
    if sys.argv[1:2] == ["--sample"] and len(sys.argv) == 3:
        sys.stdout.write(sample(int(sys.argv[2])))
        return 0
    if len(sys.argv) != 3:
        sys.stderr.write("usage: second_reader.py --sample N | DIR EXPORT\n")
        return 2
    try:
        got = read_store(sys.argv[1])
    except (Damaged, KeyError, IndexError, struct.error) as error:
        print("second reader: %s: %s" % (type(error).__name__, error))
        return 2
    with open(sys.argv[2], "rb") as file:
        want = read_lines(file.read())
    wrong = [k for k in want if k not in got or not same(got[k], want[k])]
    more = [k for k in got if k not in want]
    for key in sorted(wrong)[:5]:
        print("want", key, want[key], "got", got.get(key))
    for key in sorted(more)[:5]:
        print("not wanted", key, got[key])
    print("%d values, %d wrong, %d too many" % (len(want), len(wrong), len(more)))
    return 1 if wrong or more or not want else 0


sys.exit(main())
