"""Banks as spreadsheets: CSV and XLSX, in and out.

A file becomes a `grid` of texts (`csv_file`, `xlsx_file`), a grid becomes tables and these a bank
(`reading`); `writing` goes the other way.
Nothing is ever evaluated: a formula is the text that it is written as.
"""
