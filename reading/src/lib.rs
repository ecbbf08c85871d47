//! Reads what institutions publish of their personal-data files: sheets ([`sheet`]) and privacy policies ([`policy`]).
//!
//! Bytes in, statements out, each with the place where it stands in the document. Pure: neither database nor schema nor clock; what a statement means in law (which statute,
//! which retention class, which category) is the register's to say.

pub mod encoding;
pub mod formula;
pub mod header;
pub mod policy;
pub mod sheet;
