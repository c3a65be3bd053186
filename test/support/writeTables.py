"""Writes a table of all types with each library in each format: writeTables.py FOLDER. The test knows the values."""

import datetime as dt
import decimal
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

folder = Path(sys.argv[1])
day = dt.date(2024, 2, 29)
moment = dt.datetime(2024, 2, 29, 12, 30, 1, 123456)
old = dt.datetime(1905, 3, 4, 23, 59, 59, 999999)
D = decimal.Decimal

columns = {
    "i8": pa.array([1, None, -128], pa.int8()),
    "u8": pa.array([1, None, 255], pa.uint8()),
    "i64": pa.array([2**53 + 1, None, -(2**63)], pa.int64()),
    "u64": pa.array([2**53 + 1, None, 2**64 - 1], pa.uint64()),
    "f32": pa.array([1.5, None, -0.25], pa.float32()),
    "f64": pa.array([0.1, None, -1e300], pa.float64()),
    "bool": pa.array([True, None, False], pa.bool_()),
    "text": pa.array(["é\U0001f600", None, ""], pa.string()),
    "large_text": pa.array(["a" * 40, None, "b"], pa.large_string()),
    "bytes": pa.array([b"\x00A", None, b""], pa.binary()),
    "decimal": pa.array([D("123.45"), None, D("-0.01")], pa.decimal128(20, 2)),
    "date": pa.array([day, None, old.date()], pa.date32()),
    "time": pa.array([dt.time(1, 2, 3, 4), None, dt.time(23, 59, 59)], pa.time64("us")),
    "ts_ms": pa.array([moment.replace(microsecond=1000), None, old.replace(microsecond=1000)], pa.timestamp("ms")),
    "ts_us": pa.array([moment, None, old], pa.timestamp("us")),
    "ts_ns": pa.array([1, None, -1], pa.timestamp("ns")),
    "zoned": pa.array([moment, None, old], pa.timestamp("us", "America/Denver")),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
    "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}], pa.struct([("a", pa.int32()), ("b", pa.string())])),
    "category": pa.array(["a", None, "b"]).dictionary_encode(),
}
table = pa.table(columns)
arrow_only = {
    "view": pa.array(["a" * 40, None, "short"], pa.string_view()),
    "bytes_view": pa.array([b"AB" * 10, None, b"x"], pa.binary_view()),
    "wide": pa.array([D("1" * 50 + ".25"), None, D("-0.01")], pa.decimal256(60, 2)),
    "duration": pa.array([1, None, -(2**62)], pa.duration("ns")),
    "months": pa.array([pa.MonthDayNano([1, 2, 3]), None, pa.MonthDayNano([-1, 0, -5])], pa.month_day_nano_interval()),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
}
arrow = pa.table(columns | arrow_only)
for codec in ("lz4", "zstd", "uncompressed"):
    feather.write_feather(arrow, folder / f"pyarrow_{codec}.feather", compression=codec)
with pa.OSFile(str(folder / "pyarrow.arrows"), "wb") as sink, pa.ipc.new_stream(sink, arrow.schema) as writer:
    writer.write_table(arrow)
parquet.write_table(table, folder / "pyarrow.parquet")

feather.write_feather(arrow.slice(0, 0), folder / "norows.feather")

unread = {
    "views": pa.array([[1], [2]], pa.list_view(pa.int64())),
    "large_views": pa.array([[1], [2]], pa.large_list_view(pa.int64())),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array([5, 6])),
    "either": pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["a"])]),
    "inside": pa.array([{"a": [1]}, {"a": [2]}], pa.struct([("a", pa.list_view(pa.int64()))])),
}
for name, values in unread.items():
    refused = pa.table({"good": pa.array([1, 2]), name: values})
    with pa.OSFile(str(folder / f"unread_{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, refused.schema) as writer:
        writer.write_table(refused)
    with pa.OSFile(str(folder / f"unread_{name}.arrows"), "wb") as sink, pa.ipc.new_stream(sink, refused.schema) as writer:
        writer.write_table(refused)

nanoseconds = pa.array([1_000, None, 1_767_225_600_123_456_789], pa.timestamp("ns"))
whole = pa.array([1_000, None, 1_767_225_600_123_456_000], pa.timestamp("ns"))
zoned = pa.timestamp("ns", "America/Denver")
in_utc = {"write_time_adjusted_to_utc": True}
for name, values, options in (
    ("of_day", pa.array([1_000, None, 1], pa.time64("ns")), in_utc),
    ("of_days", pa.array([[1_000], None, [1]], pa.list_(pa.time64("ns"))), in_utc),
    ("int96", nanoseconds, {"use_deprecated_int96_timestamps": True}),
    ("zoned", nanoseconds.cast(zoned), {}),
    ("nested", pa.array([[1_000], None, [1_767_225_600_123_456_789]], pa.list_(zoned)), {}),
    ("wide", arrow_only["wide"], {}),
    ("split", pa.array([1, 2, 3]), {"use_dictionary": False, "column_encoding": {"good": "PLAIN", "split": "BYTE_STREAM_SPLIT"}}),
    ("int96_exact", whole, {"use_deprecated_int96_timestamps": True}),
    ("zoned_exact", whole.cast(zoned), {}),
    ("beside", pa.StructArray.from_arrays([pa.array([1, 2, 3]), nanoseconds.cast(zoned)], ["id", "at"]), {}),
):
    parquet.write_table(pa.table({"good": [1, 2, 3], name: values}), folder / f"inexact_{name}.parquet", **options)
parquet.write_table(pa.table({"t": pa.array([1_000, None], pa.time64("ns"))}), folder / "day_exact.parquet", **in_utc)
parquet.write_table(pa.table({"none": pa.array([], zoned)}), folder / "norows_zoned.parquet")
beside = pa.StructArray.from_arrays([pa.array([1, 2, 3]), whole.cast(zoned)], ["id", "at"])
parquet.write_table(pa.table({"beside": beside}), folder / "beside_zoned.parquet")

pl.DataFrame({"good": [1], "i128": pl.Series([2**100], dtype=pl.Int128)}).write_ipc(folder / "unread_i128.arrow")

polars = pl.from_arrow(table)
for codec in ("uncompressed", "lz4", "zstd"):
    polars.write_ipc(folder / f"polars_{codec}.arrow", compression=codec)
polars.write_parquet(folder / "polars.parquet")

plain = table.select(["f64", "text", "bool", "ts_us", "ts_ns", "zoned", "category"]).to_pandas()
plain.to_feather(folder / "pandas.feather")
plain.to_parquet(folder / "pandas.parquet")
pd.DataFrame({"f64": [0.1, None, -1e300], "text": ["é\U0001f600", None, "b"]}).to_json(
    folder / "pandas.ndjson", orient="records", lines=True
)

# One value in the types that it has in files of different writers: in one table, it is the same value.
span = dt.timedelta(seconds=90, milliseconds=500)
clock = dt.time(1, 2, 3)
noon = dt.datetime(2024, 2, 29, 12)
units = ("s", "ms", "us", "ns")
same = {
    "duration": {unit: pa.array([span], pa.duration(unit)) for unit in units[1:]}
    | {"decimal": pa.array([D("90.5")], pa.decimal128(10, 1)), "double": pa.array([90.5])},
    "time": {"s": pa.array([clock], pa.time32("s")), "ms": pa.array([clock], pa.time32("ms"))}
    | {unit: pa.array([clock], pa.time64(unit)) for unit in units[2:]},
    "timestamp": {unit: pa.array([noon], pa.timestamp(unit)) for unit in units},
    "zoned": {unit: pa.array([noon], pa.timestamp(unit, "UTC")) for unit in units}
    | {"denver": pa.array([noon], pa.timestamp("us", "America/Denver"))},
    "date": {"d32": pa.array([noon.date()], pa.date32()), "d64": pa.array([noon.date()], pa.date64())},
    "number": {name: pa.array([7], name) for name in ("int8", "uint8", "int32", "uint32", "int64", "uint64", "float", "double")}
    | {"half": pa.array([7], pa.float16()), "dictionary": pa.array([7]).dictionary_encode()}
    | {f"decimal_{scale}": pa.array([D(7)], pa.decimal128(20, scale)) for scale in (0, 2, 10)},
    "text": {"string": pa.array(["a"]), "large": pa.array(["a"], pa.large_string()), "dictionary": pa.array(["a"]).dictionary_encode()},
    "bytes": {"binary": pa.array([b"ab"]), "fixed": pa.array([b"ab"], pa.binary(2))},
}
for kind, arrays in same.items():
    for name, values in arrays.items():
        parquet.write_table(pa.table({"v": values}), folder / f"same_{kind}_{name}.parquet")
pd.DataFrame({"v": pd.to_timedelta(["90.5s"])}).to_parquet(folder / "same_duration_pandas.parquet")
pl.DataFrame({"v": [span]}, schema={"v": pl.Duration("ms")}).write_parquet(folder / "same_duration_polars.parquet")
for name, values in (
    ("list", pa.array([[span]], pa.list_(pa.duration("ms")))),
    ("struct", pa.array([{"x": span}], pa.struct([("x", pa.duration("us"))]))),
):
    parquet.write_table(pa.table({"good": [1], name: values}), folder / f"nested_{name}.parquet")

connection = duckdb.connect()
connection.register("rows", table)
connection.sql(f"COPY rows TO '{folder / 'duckdb.parquet'}' (FORMAT parquet)")
