//! Writes what a register holds as open data: sheets ([`csv`], [`xlsx`]), typed tables ([`parquet`]), linked data ([`linked`]), several of them as one [`archive`].
//!
//! Rows in, bytes out, each format as a stream: memory does not grow with the register. Pure: neither database nor clock; the same rows give the same bytes.

pub mod archive;
pub mod csv;
pub mod linked;
pub mod list;
pub mod parquet;
pub mod table;
pub mod xlsx;
