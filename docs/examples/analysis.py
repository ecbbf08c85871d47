"""Questions to the register's tables, in pandas: python analysis.py FOLDER, where `yeollam export parquet --out FOLDER` wrote them."""

import sys
from pathlib import Path

import pandas as pd

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
files = pd.read_parquet(folder / "data_files.parquet")
registrations = pd.read_parquet(folder / "registrations.parquet")
provisions = pd.read_parquet(folder / "provisions.parquet")

# What holds now of the files that are there.
now = registrations[registrations.is_last].merge(files[["id", "status"]], left_on="data_file_id", right_on="id", suffixes=("", "_file"))
now = now[now.status.isin(["REGISTERED", "DISCLOSED"])]

# A row for each item: lists are unnested by `explode`, their records by `json_normalize`.
items = now[["registration_number", "collected_items"]].explode("collected_items").dropna(subset=["collected_items"]).reset_index(drop=True)
items = items.join(pd.json_normalize(items.collected_items.tolist())).drop(columns="collected_items")

print("files", len(now))
print("items", len(items))
print("files with resident registration numbers", items[items.unique_identifier == "RESIDENT_REGISTRATION_NUMBER"].registration_number.nunique())
print("recipients", provisions.recipient_id.nunique())
print()
print(items.groupby("category", dropna=False).registration_number.nunique().sort_values(ascending=False).head(10).to_string())
