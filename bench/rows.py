#!/usr/bin/env python3
"""That the queries of the README over exported rows work, with DuckDB (`pip install duckdb`).

    bench/rows.py ROWS.jsonl

ROWS is what `stripcheck scan … --export ROWS.jsonl` wrote. Runs each SQL block of README.md's section on rows, with the
file's name in the place of rows.jsonl, and prints the answers; exits with 1 if one fails or answers nothing.
"""

import pathlib
import re
import sys
import tempfile

import duckdb


def main():
    rows = pathlib.Path(sys.argv[1]).resolve()
    text = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", text, re.S)
    if not blocks:
        sys.exit("README.md has no SQL")
    with tempfile.TemporaryDirectory() as work:
        connection = duckdb.connect()
        for statement in [part.strip() for block in blocks for part in block.split(";") if part.strip()]:
            statement = statement.replace("rows.jsonl", str(rows)).replace("rows.parquet", f"{work}/rows.parquet")
            print(statement)
            answer = connection.sql(statement) if not statement.startswith("COPY") else connection.execute(statement)
            found = answer.fetchall()
            print("\n".join(map(str, found[:8])), f"({len(found)} rows)\n", sep="\n")
            if not found:
                sys.exit("no answer")


if __name__ == "__main__":
    main()
