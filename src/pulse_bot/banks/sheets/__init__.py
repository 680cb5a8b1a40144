"""Banks as spreadsheets: CSV, XLSX and XLSForm, in and out.

A file becomes a `grid` of texts (`csv_file`, `xlsx_file`), a grid becomes tables and these a bank
(`reading`); `writing` goes the other way, and `xlsform` translates between its tables and ours.
Nothing is ever evaluated: a formula is the text that it is written as.
"""
