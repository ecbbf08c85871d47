//! Spreadsheets: CSV, TSV, XLSX, XLS.
