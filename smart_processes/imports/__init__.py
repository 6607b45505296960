"""Importing spreadsheets: a file becomes rows, rows become records or people.

`tables` opens files (`csv_files`, `xlsx_files`), `mapping` says which column goes where
(`mapping_files` reads and writes it, `matching` proposes it), `plan` binds a mapping to a
file and a type, `engine` takes the rows in chunks, `records` and `people` receive them.
"""
